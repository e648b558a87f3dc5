package io.dynamokv.coordination;

import io.dynamokv.ring.MemberId;

/** What a PUT wants done. Immutable. */
public sealed interface PutCommand {
  /** Give the value a dot and compare-and-write it into the coordinator's own copy. */
  record StoreLocally() implements PutCommand {}

  /** Send the state to a replica. A state may be sent again: merging it twice changes nothing. */
  record Replicate(MemberId replica, byte[] state) implements PutCommand {}

  /**
   * Send the state to a fallback, which is to store it in the place of a holder, and to bring it
   * there when that is possible.
   */
  record StandIn(MemberId fallback, MemberId holder, byte[] state) implements PutCommand {}

  /** Note that a replica may lack the state; it is to be brought there when that is possible. */
  record Owe(MemberId replica) implements PutCommand {}
}
