package io.dynamokv.replica;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an operator that the storage did not do something, at most once in ten seconds: a disk that
 * is full refuses thousands of writes a second, and the log may be on it. Thread-safe.
 */
public final class FaultLog {
  private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);
  private static final long QUIET_MS = 10_000;

  private final LongSupplier clockMs;
  private boolean told;
  private long toldMs;
  private long untold;

  /**
   * @param clockMs milliseconds; a clock that jumps makes it tell too much or too little for once
   */
  FaultLog(LongSupplier clockMs) {
    this.clockMs = clockMs;
  }

  /**
   * @param what what was not done, such as "store writes to 3 keys"
   */
  public synchronized void couldNot(String what, RuntimeException e) {
    long nowMs = clockMs.getAsLong();
    if (told && Math.abs(nowMs - toldMs) < QUIET_MS) {
      untold++;
      LOG.debug("could not {}: {}", what, e.getMessage());
      return;
    }
    LOG.warn(
        "could not {}: {} ({} such faults before this were not logged)",
        what,
        e.getMessage(),
        untold);
    told = true;
    toldMs = nowMs;
    untold = 0;
  }
}
