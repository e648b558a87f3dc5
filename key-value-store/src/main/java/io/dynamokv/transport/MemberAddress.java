package io.dynamokv.transport;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Where a member's door is. Immutable; a name is looked up anew for every connection.
 *
 * @param host a host name or an address
 * @param port 1 to 65535
 */
public record MemberAddress(String host, int port) {
  /**
   * @throws IllegalArgumentException if the host can not be part of a URI (a name with an
   *     underscore, for example), or the port is out of range
   */
  public MemberAddress {
    if (port < 1 || port > 0xFFFF) {
      throw new IllegalArgumentException("a messaging port is 1 to 65535: " + port);
    }
    String parsed = uri(host, port, null).getHost();
    if (!host.equals(parsed) && !("[" + host + "]").equals(parsed)) {
      throw new IllegalArgumentException("not a host name that can be connected to: " + host);
    }
  }

  /** The address with a query, as ActiveMQ wants it. */
  public URI uri(String query) {
    return uri(host, port, query);
  }

  private static URI uri(String host, int port, @Nullable String query) {
    try {
      return new URI("tcp", null, host, port, null, query, null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("not a host name that can be connected to: " + host, e);
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
