package io.dynamokv.membership.consul;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an operator when Consul is lost and when it is back: once each, although several threads
 * try, and go on trying. Thread-safe.
 */
final class Reachability {
  private static final Logger LOG = LoggerFactory.getLogger(Reachability.class);

  private final URI url;
  private final Map<String, Trouble.Kind> failing = new HashMap<>();

  Reachability(URI url) {
    this.url = url;
  }

  /**
   * @param task what was tried, such as "find members"
   */
  synchronized void failed(String task, Trouble trouble) {
    boolean told = failing.containsValue(trouble.kind());
    failing.put(task, trouble.kind());
    if (told) {
      LOG.debug("Consul at {} did not {}: {}", url, task, trouble.text());
    } else {
      LOG.warn("can not {} with Consul at {}, still trying: {}", task, url, trouble.text());
    }
  }

  synchronized void worked(String task) {
    if (failing.remove(task) != null && failing.isEmpty()) {
      LOG.info("Consul at {} is back", url);
    }
  }
}
