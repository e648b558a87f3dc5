package io.dynamokv.storage;

import io.dynamokv.ring.MemberId;
import java.util.Map;
import java.util.TreeMap;

/** How many hints an engine holds, and their bytes. Thread-safe. */
public final class HintCounts {
  private final Map<MemberId, Long> counts = new TreeMap<>();
  private long bytes;

  public synchronized void added(Hint hint) {
    counts.merge(hint.holder(), 1L, Long::sum);
    bytes += hint.bytes();
  }

  public synchronized void removed(Hint hint) {
    counts.computeIfPresent(hint.holder(), (holder, count) -> count > 1 ? count - 1 : null);
    bytes -= hint.bytes();
  }

  /** A copy, in the order of the ids. */
  public synchronized Map<MemberId, Long> counts() {
    return new TreeMap<>(counts);
  }

  public synchronized long bytes() {
    return bytes;
  }
}
