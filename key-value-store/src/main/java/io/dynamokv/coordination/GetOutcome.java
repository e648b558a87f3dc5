package io.dynamokv.coordination;

import io.dynamokv.version.KeyState;

/** How a GET ended. Immutable. */
public sealed interface GetOutcome {
  /**
   * Enough replicas have answered.
   *
   * @param state what they know together; empty if none of them knows the key
   */
  record Found(KeyState state) implements GetOutcome {}

  /** Too few holders can be reached, or can read. */
  record NotEnoughReplicas(int wanted, int got) implements GetOutcome {}

  /** Too few have answered in time. */
  record TimedOut(int wanted, int got) implements GetOutcome {}

  /** None of the key's holders, of which there are so many, can be asked to coordinate it. */
  record NoCoordinator(int wanted, int holders) implements GetOutcome {}

  /** Too much is under way at the nodes that could coordinate it. */
  record Overloaded() implements GetOutcome {}
}
