package io.dynamokv.transport.memory;

import java.time.Duration;

/** Runs tasks later, in the thread of the simulation. */
@FunctionalInterface
public interface Scheduler {
  /**
   * Runs a task after a delay that may be zero, but never before this returns. Tasks that are due
   * at the same time run in the order in which they were scheduled.
   */
  void schedule(Duration delay, Runnable task);
}
