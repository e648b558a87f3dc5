package io.dynamokv.transport.activemq;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an operator about what was refused, but not more often than once in an interval, since the
 * one who is refused decides how often. Thread-safe. What is told never contains secrets.
 */
final class RefusalLog {
  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final Clock clock;
  private Instant quietUntil = Instant.MIN;
  private long untold;

  RefusalLog(Clock clock) {
    this.clock = clock;
  }

  /**
   * @param what who or what was refused
   * @param reason why
   */
  synchronized void refused(String what, String reason) {
    Instant now = clock.instant();
    if (now.isBefore(quietUntil)) {
      untold++;
      LOG.debug("refused {}: {}", what, reason);
      return;
    }
    LOG.warn("refused {}: {} ({} refusals before this were not logged)", what, reason, untold);
    untold = 0;
    quietUntil = now.plus(INTERVAL);
  }
}
