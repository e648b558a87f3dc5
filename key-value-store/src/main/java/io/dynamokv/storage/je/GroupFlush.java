package io.dynamokv.storage.je;

import io.dynamokv.storage.StorageException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: many threads that wait for the disk share one flush. Thread-safe.
 *
 * <p>Every write takes a number once it is in the log, {@link #wrote}. A flush covers all numbers
 * taken before it started. Who waits ({@link #harden}) is done as soon as a flush that covers its
 * writes has succeeded, whoever started it; if none is under way it starts one in its own thread,
 * so that a lone writer pays no change of threads.
 *
 * <p>A flush that failed fails every later one. After a failed fsync the operating system may have
 * dropped the dirty pages and report success the next time, so nothing written from then on can be
 * known to be on the disk (Rebello et al., <i>Can Applications Recover from fsync Failures?</i>,
 * USENIX ATC 2020).
 */
final class GroupFlush {
  /** A thread waits no longer than this for a flush that another one started. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  /** A flush that takes longer than this is reported as a failing disk. */
  static final Duration STALLED_AFTER = Duration.ofSeconds(10);

  private final Runnable flush;
  private final LongSupplier nanoTime;
  private final AtomicLong written = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private long flushed;
  private volatile boolean underWay;
  private volatile long startedNanos;
  private volatile @Nullable Throwable failure;

  /**
   * @param flush makes everything that is in the log as safe as is wanted, or throws
   */
  GroupFlush(Runnable flush, LongSupplier nanoTime) {
    this.flush = flush;
    this.nanoTime = nanoTime;
  }

  /** To be called when a write is in the log. */
  void wrote() {
    written.incrementAndGet();
  }

  /**
   * Returns when all that was written before this call has been flushed.
   *
   * @throws StorageException if an earlier flush failed, or another thread's takes too long
   */
  void harden() {
    long target = written.get();
    boolean interrupted = false;
    lock.lock();
    try {
      long deadline = nanoTime.getAsLong() + LONGEST_WAIT.toNanos();
      while (flushed < target) {
        requireWorking();
        if (!underWay) {
          lead();
        } else {
          interrupted |= follow(deadline);
        }
      }
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * @throws StorageException if a flush has failed
   */
  void requireWorking() {
    Throwable cause = failure;
    if (cause != null) {
      throw StorageException.refusal("nothing can be hardened after a flush that failed", cause);
    }
  }

  /** Why nothing can be hardened at present, or null. */
  @Nullable String failure() {
    Throwable cause = failure;
    if (cause != null) {
      return "writing to the disk failed: " + cause.getMessage();
    }
    long nanos = underWay ? nanoTime.getAsLong() - startedNanos : 0;
    return nanos < STALLED_AFTER.toNanos()
        ? null
        : "the disk has not answered for %d s".formatted(TimeUnit.NANOSECONDS.toSeconds(nanos));
  }

  private void lead() {
    long covered = written.get();
    startedNanos = nanoTime.getAsLong();
    underWay = true;
    lock.unlock();
    boolean succeeded = false;
    try {
      flush.run();
      succeeded = true;
    } catch (Throwable e) {
      failure = e;
      throw e;
    } finally {
      lock.lock();
      underWay = false;
      flushed = succeeded ? covered : flushed;
      ended.signalAll();
    }
  }

  /** Waits for the end of another thread's flush; true if this thread was interrupted meanwhile. */
  private boolean follow(long deadline) {
    long remainingNanos = deadline - nanoTime.getAsLong();
    if (remainingNanos <= 0) {
      throw new StorageException(
          "the disk has not answered for %d s".formatted(LONGEST_WAIT.toSeconds()));
    }
    try {
      ended.awaitNanos(remainingNanos);
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }
}
