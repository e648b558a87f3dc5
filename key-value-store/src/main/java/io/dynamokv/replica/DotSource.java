package io.dynamokv.replica;

import io.dynamokv.ring.Key;
import io.dynamokv.version.Dot;
import java.util.Collection;

/** Gives out dots, each once for all time. Thread-safe. */
@FunctionalInterface
public interface DotSource {
  /** A dot for a write to a key. */
  Dot next(Key key);

  /** Whether this node may give out dots for a key now. */
  default boolean mayWrite(Key key) {
    return true;
  }

  /**
   * To be called before states are dropped: this node no longer knows which of its dots they have
   * seen, and must not give out any for these keys that would cover those.
   */
  default void forget(Collection<Key> keys) {}
}
