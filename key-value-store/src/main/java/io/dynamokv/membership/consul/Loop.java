package io.dynamokv.membership.consul;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that takes one step after the other until it is ended, and tries a step that failed
 * again: after 250 ms, then twice as long each time up to 5 s, and of that a random part between
 * half and all, so that nodes that lost Consul together do not come back together. Thread-safe.
 */
final class Loop {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
  private static final long FIRST_RETRY_MS = 250;
  private static final long LAST_RETRY_MS = 5_000;

  /** What is done again and again, on the loop's thread. */
  interface Step {
    /**
     * @return how long to wait before the next step
     * @throws RuntimeException if it did not work
     */
    Duration take();

    /** After the last step; must not throw. */
    default void finish() {}
  }

  /** Hears how the steps go, on the loop's thread. */
  interface Listener {
    void worked();

    void failed(RuntimeException failure);
  }

  private final Step step;
  private final Listener listener;
  private final RandomGenerator random;
  private final Thread thread;
  private final Semaphore wakeUps = new Semaphore(0);
  private volatile boolean ending;
  private long retryMs = FIRST_RETRY_MS;

  /**
   * @param random thread-safe, if others use it too
   */
  Loop(String name, Step step, Listener listener, RandomGenerator random) {
    this.step = step;
    this.listener = listener;
    this.random = random;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Has the next step taken at once, or right after the present one. */
  void wake() {
    wakeUps.release();
  }

  /** Takes no step after the present one. */
  void end() {
    ending = true;
    wake();
  }

  /**
   * Waits for the loop to end.
   *
   * @param patience how long the present step may go on before it is broken off
   * @param breakOff makes a step fail that is under way; may be called several times
   * @param dueNanos when to give up waiting, as of {@link System#nanoTime}
   */
  void awaitEnd(Duration patience, Runnable breakOff, long dueNanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.timedJoin(thread, Math.min(patience.toNanos(), left(dueNanos)));
    while (thread.isAlive() && left(dueNanos) > 0) {
      // Again, since it may just have been about to ask Consul something.
      breakOff.run();
      TimeUnit.MILLISECONDS.timedJoin(thread, 50);
    }
    if (thread.isAlive()) {
      LOG.warn("{} has not ended yet", thread.getName());
    }
  }

  private static long left(long dueNanos) {
    return dueNanos - System.nanoTime();
  }

  private void run() {
    while (!ending) {
      pause(take());
    }
    step.finish();
  }

  private Duration take() {
    try {
      Duration pause = step.take();
      listener.worked();
      retryMs = FIRST_RETRY_MS;
      return pause;
    } catch (RuntimeException e) {
      if (!ending) {
        listener.failed(e);
      }
      return nextRetry();
    }
  }

  private Duration nextRetry() {
    long mostMs = retryMs;
    retryMs = Math.min(LAST_RETRY_MS, 2 * retryMs);
    return Duration.ofMillis(mostMs - random.nextLong(mostMs / 2 + 1));
  }

  /** Nobody interrupts this thread but by mistake. */
  private void pause(Duration pause) {
    try {
      if (wakeUps.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        wakeUps.drainPermits();
      }
    } catch (InterruptedException e) {
      LOG.warn("{} was interrupted, and goes on", thread.getName());
    }
  }
}
