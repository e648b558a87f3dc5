package io.dynamokv.health;

import com.codahale.metrics.health.HealthCheck;
import com.codahale.metrics.jvm.ThreadDeadlockDetector;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether threads wait for each other for ever. Where they do is for the log only: stack traces do
 * not leave the process. Thread-safe.
 */
public final class DeadlockHealthCheck extends HealthCheck {
  private static final Logger LOG = LoggerFactory.getLogger(DeadlockHealthCheck.class);

  private final ThreadDeadlockDetector detector;

  public DeadlockHealthCheck(ThreadDeadlockDetector detector) {
    this.detector = detector;
  }

  @Override
  protected Result check() {
    Set<String> threads = detector.getDeadlockedThreads();
    if (threads.isEmpty()) {
      return Result.healthy();
    }
    LOG.error("Threads wait for each other: {}", threads);
    return Result.unhealthy("%d threads wait for each other; the log says which", threads.size());
  }
}
