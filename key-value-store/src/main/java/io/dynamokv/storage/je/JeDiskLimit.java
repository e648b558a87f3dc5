package io.dynamokv.storage.je;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers that JE refused a write for its own limit on the disk, until it has room again.
 * Thread-safe. Nobody may try a write to find out while the node refuses them, so it asks JE's
 * statistics, which are some seconds old.
 */
final class JeDiskLimit {
  private final JeStatistics statistics;
  private final LongSupplier nanoTime;
  private volatile @Nullable Refusal last;

  JeDiskLimit(JeStatistics statistics, LongSupplier nanoTime) {
    this.statistics = statistics;
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
    return age > JeStatistics.SNAPSHOT_AGE.toNanos() && statistics.hasRoom();
  }

  private record Refusal(String message, long atNanos) {}
}
