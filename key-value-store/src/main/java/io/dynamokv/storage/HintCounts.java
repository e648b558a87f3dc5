package io.dynamokv.storage;

import io.dynamokv.ring.MemberId;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How many hints an engine holds, and their bytes. Thread-safe. */
public final class HintCounts {
  private final Map<MemberId, Long> counts = new TreeMap<>();
  private long bytes;

  /**
   * A hint has become another about the same, or has come or gone.
   *
   * @param before null if there was none
   * @param after null if there is none any more
   */
  public synchronized void replaced(@Nullable Hint before, @Nullable Hint after) {
    if (before != null) {
      counts.computeIfPresent(before.holder(), (holder, count) -> count > 1 ? count - 1 : null);
      bytes -= before.bytes();
    }
    if (after != null) {
      counts.merge(after.holder(), 1L, Long::sum);
      bytes += after.bytes();
    }
  }

  /** A copy, in the order of the ids. */
  public synchronized Map<MemberId, Long> counts() {
    return new TreeMap<>(counts);
  }

  public synchronized long bytes() {
    return bytes;
  }
}
