package io.dynamokv.replica;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.version.Version;
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

  /** A note that another member may lack what this replica has of the key: a hint. */
  record Owe(MemberId holder, Key key) implements ReplicaWrite {}

  /**
   * The end of such a note: the holder has stored what this replica had. If that has changed since,
   * the note stays.
   *
   * @param sentHash the hash of the state that was sent, see {@code StateCodec.hash}
   */
  record HandedOver(MemberId holder, Key key, long sentHash) implements ReplicaWrite {}
}
