package io.dynamokv.node;

import io.dynamokv.ring.Key;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The keys with a write that can be read already, but may still be forgotten. Thread-safe.
 *
 * <p>No reader may learn of such a write: what was read once must not be gone after a crash. (That
 * other replicas get it meanwhile does no harm: after a crash the node gives out dots under another
 * incarnation, and covers none that it has forgotten.)
 */
final class UnsafeKeys {
  private final ConcurrentMap<Key, Integer> writes = new ConcurrentHashMap<>();

  /** A write to the key is about to become readable. */
  void add(Key key) {
    writes.merge(key, 1, Integer::sum);
  }

  /** A write that was added before is safe now. */
  void remove(Key key) {
    writes.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
  }

  /** Whether what was read before this call may still be forgotten. */
  boolean contains(Key key) {
    return writes.containsKey(key);
  }
}
