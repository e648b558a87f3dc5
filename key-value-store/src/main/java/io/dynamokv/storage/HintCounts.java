package io.dynamokv.storage;

import io.dynamokv.ring.MemberId;
import java.util.HashMap;
import java.util.Map;

/** How many hints an engine holds, and their bytes. Thread-safe. */
public final class HintCounts {
  private final Map<MemberId, Long> counts = new HashMap<>();
  private long bytes;

  public synchronized void added(Hint hint) {
    counts.merge(hint.holder(), 1L, Long::sum);
    bytes += hint.bytes();
  }

  public synchronized void removed(Hint hint) {
    counts.computeIfPresent(hint.holder(), (holder, count) -> count > 1 ? count - 1 : null);
    bytes -= hint.bytes();
  }

  /** A copy. */
  public synchronized Map<MemberId, Long> counts() {
    return Map.copyOf(counts);
  }

  public synchronized long bytes() {
    return bytes;
  }
}
