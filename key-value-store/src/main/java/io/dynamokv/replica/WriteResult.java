package io.dynamokv.replica;

import io.dynamokv.version.Version;

/** What became of a {@link ReplicaWrite}. Immutable. */
public sealed interface WriteResult {
  /**
   * The replica's state now holds what was written.
   *
   * @param version what a reader of the new state has seen
   * @param state the bytes of the new state
   */
  record Stored(Version version, byte[] state) implements WriteResult {}

  /** A note was taken, or there was no need for it; the state is what it was. */
  record Noted() implements WriteResult {}

  /** The writer had not seen all that this replica holds; nothing was changed. */
  record Stale() implements WriteResult {}

  /** The storage failed while it wrote: the replica's state may hold it now, or not. */
  record Uncertain() implements WriteResult {}

  /** Nothing was changed. */
  record Refused(Refusal refusal) implements WriteResult {}

  /** Why a replica refused a write. */
  enum Refusal {
    /** The disk is full or failing, or what it holds under this key can not be read. */
    STORAGE_FAILED,
    /** What is kept for others, this node not holding it itself, has reached its limit. */
    HINTS_FULL,
    /** The key would have more siblings, or more bytes of them, than the limit. */
    TOO_MANY_SIBLINGS,
    /** This node does not hold the key, so it gives out no dots for it. */
    NOT_A_HOLDER,
    /** What is to be removed, or checked, is not what is here, or somebody is owed it. */
    NOT_SETTLED,
    /** The state to merge is not one. */
    MALFORMED
  }
}
