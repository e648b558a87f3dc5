package io.dynamokv.replica;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.version.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a replica can be asked to write. Immutable; arrays are shared and must not be changed. */
public sealed interface ReplicaWrite {
  Key key();

  /**
   * A client's write, coordinated here: refused if this replica holds more than the client has
   * seen, else given a dot of this node.
   *
   * @param value null to delete
   */
  record Coordinate(Key key, Version from, byte @Nullable [] value) implements ReplicaWrite {}

  /**
   * A state from another replica, to be merged into this one's.
   *
   * @param state its bytes
   */
  record Merge(Key key, byte[] state) implements ReplicaWrite {}

  /**
   * A state from another replica, to be merged into this one's for the sake of a holder that could
   * not take it: with a note to bring it there.
   */
  record StandIn(MemberId holder, Key key, byte[] state) implements ReplicaWrite {}

  /** A note that another member may lack what this replica has of the key: a hint. */
  record Owe(MemberId holder, Key key) implements ReplicaWrite {}

  /**
   * The end of such a note: the holder has stored what this replica had. If that has changed since,
   * the note stays.
   *
   * @param sentHash the hash of the state that was sent, see {@code StateCodec.hash}
   * @param release whether this node is no holder of the key, so that it need not keep the state
   *     when nobody is owed it any more
   */
  record HandedOver(MemberId holder, Key key, long sentHash, boolean release)
      implements ReplicaWrite {}

  /**
   * A note that can not be settled is given up: others are owed the state instead.
   *
   * @param heirs those others; none if this node holds the key itself
   */
  record Reassign(Hint hint, List<MemberId> heirs) implements ReplicaWrite {
    @Override
    public Key key() {
      return hint.key();
    }
  }

  /**
   * The replica need not have the key any more: all who should have what it has do. If that has
   * changed since, it stays.
   *
   * @param hash the hash of the state that they have
   */
  record Drop(Key key, long hash) implements ReplicaWrite {}

  /**
   * Asks whether the replica has nothing of a deleted key but what all others have: the tombstone
   * with this hash, or nothing, and that it owes nobody anything about it. What it has is on the
   * medium when it has agreed, whatever the configured durability.
   */
  record Check(Key key, long hash) implements ReplicaWrite {}

  /**
   * All members have agreed ({@link Check}): nobody needs the tombstone with this hash any more. It
   * is not taken in again for a while.
   */
  record Collect(Key key, long hash) implements ReplicaWrite {}

  /** Whether it may change what the replica has of the key. */
  default boolean changesState() {
    return this instanceof Coordinate || this instanceof Merge || this instanceof StandIn;
  }
}
