package io.dynamokv.coordination;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.KeyState;

/** What a GET wants done. Immutable. */
public sealed interface GetCommand {
  /** Read the coordinator's own copy. */
  record ReadLocally() implements GetCommand {}

  /** Ask a replica for its state, unless it is the one that the coordinator has. */
  record Ask(MemberId replica) implements GetCommand {}

  /**
   * Ask a replica in the same way, but soon instead of at once. As many as are wanted are asked
   * already, so its answer is needed only if one of those is slow, and to see whether it is behind.
   */
  record AskSoon(MemberId replica) implements GetCommand {}

  /** Bring a replica that was found behind up to date; nobody waits for it. */
  record Repair(MemberId replica, KeyState state) implements GetCommand {}
}
