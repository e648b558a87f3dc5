package io.dynamokv.membership.consul;

import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What a node needs to know to use Consul. Immutable; safe to print.
 *
 * @param url the HTTP interface of the agent on this machine, such as {@code http://127.0.0.1:8500}
 * @param service the name under which all nodes register
 * @param aclToken empty where Consul has no ACLs; else it needs {@code write} on the service and
 *     {@code read} on nodes, without which Consul finds nobody and says nothing
 * @param checkInterval how often Consul asks for this node's health, and this node asks whether the
 *     agent still knows it; at least 1 s
 * @param deregisterAfter how long a node may be in bad health before Consul forgets it; at least 1
 *     min, which is Consul's minimum
 */
public record ConsulSettings(
    URI url, String service, String aclToken, Duration checkInterval, Duration deregisterAfter) {
  public static final String DEFAULT_SERVICE = "dynamo";
  public static final Duration DEFAULT_CHECK_INTERVAL = Duration.ofSeconds(5);
  public static final Duration DEFAULT_DEREGISTER_AFTER = Duration.ofMinutes(10);

  private static final Duration MIN_CHECK_INTERVAL = Duration.ofSeconds(1);
  private static final Duration MIN_DEREGISTER_AFTER = Duration.ofMinutes(1);
  private static final Duration MAX_CHECK_TIMEOUT = Duration.ofSeconds(5);

  /** What can be looked up in DNS. */
  private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9-]{1,63}");

  /** What can be sent in a header. */
  private static final Pattern TOKEN = Pattern.compile("[!-~]*");

  /**
   * @throws IllegalArgumentException if a setting is out of range; the message never has the token
   */
  public ConsulSettings {
    if (!isHttp(url)) {
      throw new IllegalArgumentException(
          "Consul's URL has http or https, a host, and neither user, query nor fragment");
    }
    if (!SERVICE.matcher(service).matches()) {
      throw new IllegalArgumentException(
          "the name of a Consul service has 1 to 63 letters, digits or dashes: " + service);
    }
    if (!TOKEN.matcher(aclToken).matches()) {
      throw new IllegalArgumentException(
          "Consul's ACL token has visible ASCII characters only, without spaces or line ends");
    }
    requireAtLeast("the check interval", checkInterval, MIN_CHECK_INTERVAL);
    requireAtLeast("the time until deregistration", deregisterAfter, MIN_DEREGISTER_AFTER);
  }

  /** Everything that has a default at its default, for a Consul without ACLs. */
  public static ConsulSettings withDefaults(URI url) {
    return new ConsulSettings(
        url, DEFAULT_SERVICE, "", DEFAULT_CHECK_INTERVAL, DEFAULT_DEREGISTER_AFTER);
  }

  /** How long a health check may take: as long as there is until the next, and not much. */
  Duration checkTimeout() {
    return checkInterval.compareTo(MAX_CHECK_TIMEOUT) < 0 ? checkInterval : MAX_CHECK_TIMEOUT;
  }

  private static boolean isHttp(URI url) {
    return ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
        && url.getHost() != null
        && url.getRawUserInfo() == null
        && url.getRawQuery() == null
        && url.getRawFragment() == null;
  }

  private static void requireAtLeast(String what, Duration value, Duration least) {
    if (value.compareTo(least) < 0) {
      throw new IllegalArgumentException(what + " is at least " + least + ": " + value);
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "ConsulSettings[url=%s, service=%s, aclToken=%s, checkInterval=%s, deregisterAfter=%s]"
        .formatted(
            url, service, aclToken.isEmpty() ? "" : "(secret)", checkInterval, deregisterAfter);
  }
}
