package io.dynamokv.node;

import io.dynamokv.ring.Key;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The keys with a write that can be read already, but may still be forgotten. Thread-safe.
 *
 * <p>Nobody else may learn of such a write. Its dot would then be in the world, perhaps on other
 * replicas, while the node that gave it out, after a crash, no longer knew it: the next write that
 * the node coordinates would have a clock that covers the forgotten one, and replace it although
 * its writer had never seen it.
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
