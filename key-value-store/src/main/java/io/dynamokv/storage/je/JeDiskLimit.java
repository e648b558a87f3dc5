package io.dynamokv.storage.je;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers that JE refused a write for its own limit on the disk, until it has room again.
 * Thread-safe. Nobody may try a write to find out while the node refuses them, so it asks JE's
 * statistics, which are some seconds old.
 */
final class JeDiskLimit {
  private final BooleanSupplier hasRoom;
  private final LongSupplier nanoTime;
  private volatile @Nullable Refusal last;

  /**
   * @param hasRoom whether JE had room for writes, {@link JeStatistics#SNAPSHOT_AGE} ago or later
   */
  JeDiskLimit(BooleanSupplier hasRoom, LongSupplier nanoTime) {
    this.hasRoom = hasRoom;
    this.nanoTime = nanoTime;
  }

  void refused(String message) {
    last = new Refusal(message, nanoTime.getAsLong());
  }

  void wrote() {
    // Read first: a write to a shared field for every group would be paid by all threads.
    if (last != null) {
      last = null;
    }
  }

  /** Why JE refuses writes, or null. */
  @Nullable String failure() {
    Refusal refusal = last;
    return refusal == null || isOver(refusal) ? null : refusal.message;
  }

  private boolean isOver(Refusal refusal) {
    long age = nanoTime.getAsLong() - refusal.atNanos;
    return age > JeStatistics.SNAPSHOT_AGE.toNanos() && hasRoom.getAsBoolean();
  }

  private record Refusal(String message, long atNanos) {}
}
