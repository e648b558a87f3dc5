package io.dynamokv.storage.je;

import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * One writer at a time for each key, and all waiting done before a transaction begins. Thread-safe.
 *
 * <p>JE's own record locks would do for correctness, but with them a transaction can time out
 * half-way, and a whole batch is given up for one key. Behind these locks a transaction is given up
 * only when the disk is full or fails.
 *
 * <p>Each lock guards an equal part of the ring, so keys in order have their locks in order, and
 * two writers can not wait for each other in a circle.
 */
final class KeyLocks {
  private static final int LOCKS_LOG2 = 10;

  private final ReentrantLock[] locks =
      Stream.generate(ReentrantLock::new).limit(1 << LOCKS_LOG2).toArray(ReentrantLock[]::new);
  private final Duration longestWait;

  KeyLocks(Duration longestWait) {
    this.longestWait = longestWait;
  }

  /**
   * Locks the keys of all changes, or none.
   *
   * @param ordered in the order of their keys
   * @throws StorageException if a lock can not be had in time
   */
  void lock(List<Change> ordered) {
    int held = -1;
    for (int i = 0; i < ordered.size(); i++) {
      int wanted = indexOf(ordered.get(i));
      if (wanted == held) {
        continue;
      }
      if (!acquired(locks[wanted])) {
        unlock(ordered.subList(0, i));
        throw StorageException.refusal(
            "%s is being written by others for more than %d ms"
                .formatted(ordered.get(i).key(), longestWait.toMillis()));
      }
      held = wanted;
    }
  }

  /** Unlocks what {@link #lock} locked for the same changes. */
  void unlock(List<Change> ordered) {
    int released = -1;
    for (Change change : ordered) {
      int index = indexOf(change);
      if (index != released) {
        locks[index].unlock();
        released = index;
      }
    }
  }

  private boolean acquired(ReentrantLock lock) {
    try {
      return lock.tryLock() || lock.tryLock(longestWait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static int indexOf(Change change) {
    return (int) (change.key().position() >>> (Long.SIZE - LOCKS_LOG2));
  }
}
