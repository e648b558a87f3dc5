package io.dynamokv.simulation;

import io.dynamokv.transport.Message;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import java.util.Map;

/**
 * Something that must hold whatever happens. It is shown what happens, in order, and throws an
 * {@link InvariantViolation} as soon as it does not hold. Nodes are told apart by their indexes.
 */
interface Invariant {
  /** A node's replica was given a dot. */
  default void onDot(int node, Dot dot) {}

  /** A write got its dot; the state that it led to is shown next. */
  default void onWritten(KeyHistory key, KeyHistory.Written written) {}

  /** A node's replica has become this, and can be read. */
  default void onStored(int node, KeyHistory key, KeyState state) {}

  /**
   * A node's replica has removed a key that it does not hold itself.
   *
   * @param heirs those who were given what it had, and how often each of them had lost its data
   *     then
   */
  default void onReleased(int node, KeyHistory key, Map<Integer, Integer> heirs) {}

  /** A node's replica has removed a tombstone that nobody needs any more. */
  default void onCollected(int node, KeyHistory key, KeyState tombstone) {}

  /** Everything that a node has stored is now as safe as the configured durability says. */
  default void onHardened(int node) {}

  /** A node's replica was read. */
  default void onRead(int node, KeyHistory key, KeyState state) {}

  /**
   * A node has lost what it had hardened, in a way that the durability does not promise to bear.
   */
  default void onLost(int node) {}

  /** A node has started, and found this; called for every key. */
  default void onFoundAtStart(int node, KeyHistory key, KeyState state) {}

  /** A node has sent another a message, which may never arrive. */
  default void onSent(int from, int to, Message message) {}

  /** A coordinator has begun a request. */
  default void onBegun(Operation operation) {}

  /** A client was answered. */
  default void onAnswered(Operation operation) {}

  /** All faults are healed and all copies are equal: this is a key's final state. */
  default void onFinal(KeyHistory key, KeyState state) {}

  /** The invariant's name, as design.md has it. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** Makes a violation of this invariant. */
  default InvariantViolation violated(KeyHistory key, String message) {
    return new InvariantViolation(name(), key.name, key.name + ": " + message);
  }
}
