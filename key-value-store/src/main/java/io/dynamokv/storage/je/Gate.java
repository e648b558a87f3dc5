package io.dynamokv.storage.je;

import io.dynamokv.storage.StorageException;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets operations in while it is open, and tells who closes it when the last one has left.
 * Thread-safe; may be entered again from inside. Entering costs one uncontended increment, because
 * every read comes through here.
 *
 * <p>Two counters that only grow, rather than one that goes up and down: {@code left} is read
 * before {@code entered}, so when both are equal, nobody was inside at the moment between the two.
 */
final class Gate {
  private final LongAdder entered = new LongAdder();
  private final LongAdder left = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition somebodyLeft = lock.newCondition();
  private volatile boolean closed;

  /**
   * To be followed by {@link #exit}, unless it throws.
   *
   * @throws StorageException if the gate is closed
   */
  void enter() {
    entered.increment();
    if (closed) {
      exit();
      requireOpen();
    }
  }

  void exit() {
    left.increment();
    if (closed) {
      lock.lock();
      try {
        somebodyLeft.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Lets nobody in any more; false if it was closed already. */
  boolean close() {
    lock.lock();
    try {
      boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * For who stays inside for long.
   *
   * @throws StorageException if the gate was closed meanwhile
   */
  void requireOpen() {
    if (closed) {
      throw StorageException.refusal("the storage is closed");
    }
  }

  /** Waits until nobody is inside a closed gate; false if somebody still is after that time. */
  boolean awaitEmpty(Duration longest) throws InterruptedException {
    long remainingNanos = longest.toNanos();
    lock.lock();
    try {
      while (occupied()) {
        if (remainingNanos <= 0) {
          return false;
        }
        remainingNanos = somebodyLeft.awaitNanos(remainingNanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean occupied() {
    long haveLeft = left.sum();
    return entered.sum() != haveLeft;
  }
}
