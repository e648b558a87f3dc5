package io.dynamokv.node;

import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This node's own copy, asked without waiting. Whoever asks is called back from whatever thread did
 * the work: once by a read and by a merge, up to twice by a write that coordinates.
 */
public interface LocalReplica {
  /** Returns false if too much is queued: no call-back will come. */
  boolean read(Key key, Consumer<ReadResult> done);

  /**
   * Reads the first of some keys, one at least, and no more than have so many bytes together or can
   * be told without waiting for the disk; returns false if too much is queued.
   *
   * @param keys one at least
   * @param done told of these in their order
   */
  boolean readSome(List<Key> keys, long mostBytes, Consumer<List<ReadResult>> done);

  /**
   * Returns false if too much is queued: nothing is written, no call-back will come.
   *
   * @param progress told {@link WriteProgress.Applied} of a coordinating write that was stored, and
   *     then, or instead, one of the other two
   */
  boolean write(ReplicaWrite write, Consumer<WriteProgress> progress);

  /**
   * Finds what a holder is owed, in the order of the keys; returns false if too much is queued.
   *
   * @param after begins behind this key, or with the first if null
   * @param done told null if the storage fails
   */
  boolean hints(
      MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done);

  /** How many hints there are for each holder that has any. */
  Map<MemberId, Long> hintCounts();

  /**
   * Waits until all that was applied before is as safe as the configured durability says; returns
   * false if too much is queued.
   *
   * @param done told whether it is safe
   */
  boolean settle(Consumer<Boolean> done);

  /** The hashes of what is here. */
  HashTree tree();

  /**
   * Makes the hashes of some leaves anew; returns false if too much is queued.
   *
   * @param done told how many keys they have, or null if the storage fails
   */
  boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done);

  /**
   * Finds keys, with the hashes of their states; returns false if too much is queued.
   *
   * @param done told null if the storage fails
   */
  boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done);

  /** What came of a read. */
  sealed interface ReadResult {
    /**
     * The replica could read.
     *
     * @param state the bytes of the state, or null if the key was never written here
     */
    record Read(byte @Nullable [] state) implements ReadResult {}

    /** The storage failed. */
    record Failed() implements ReadResult {}
  }

  /** How far a write has come. */
  sealed interface WriteProgress {
    /**
     * It is stored, but not as safe yet as the configured durability says: it may be sent to other
     * replicas, and does not count.
     */
    record Applied(WriteResult.Stored result) implements WriteProgress {}

    /** The replica has decided, and what it stored is safe. */
    record Decided(WriteResult result) implements WriteProgress {}

    /** The storage failed on the way to safety: it may have been stored, or not. */
    record Uncertain() implements WriteProgress {}
  }
}
