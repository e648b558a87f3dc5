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
}
