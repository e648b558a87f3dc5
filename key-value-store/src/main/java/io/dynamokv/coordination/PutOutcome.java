package io.dynamokv.coordination;

import io.dynamokv.version.Version;

/** How a PUT ended. Immutable. */
public sealed interface PutOutcome {
  /** Enough replicas have stored it, at the configured durability. */
  record Stored(Version version) implements PutOutcome {}

  /** The coordinator holds values that the client's version has not seen; nothing was stored. */
  record Stale() implements PutOutcome {}

  /** Too few holders can be reached; nothing was stored. */
  record NotEnoughReplicas(int wanted, int got) implements PutOutcome {}

  /**
   * None of the key's holders, of which there are so many, can be asked to coordinate it; nothing
   * was stored.
   */
  record NoCoordinator(int wanted, int holders) implements PutOutcome {}

  /** The coordinator's own copy could not be written; nothing was stored anywhere. */
  record NotStored(Failure failure) implements PutOutcome {}

  /** Stored by too few before the time was up; it may still spread, or not. */
  record Unknown(int wanted, int got) implements PutOutcome {}
}
