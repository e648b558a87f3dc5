package io.dynamokv.coordination;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.KeyState;

/** What a GET wants done. Immutable. */
public sealed interface GetCommand {
  /** Read the coordinator's own copy. */
  record ReadLocally() implements GetCommand {}

  /** Ask a replica for its state, unless it is the one that the coordinator has. */
  record Ask(MemberId replica) implements GetCommand {}

  /** Bring a replica that was found behind up to date; nobody waits for it. */
  record Repair(MemberId replica, KeyState state) implements GetCommand {}
}
