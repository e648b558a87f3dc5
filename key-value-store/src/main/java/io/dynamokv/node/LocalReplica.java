package io.dynamokv.node;

import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This node's own copy, asked without waiting. Whoever asks is called back, once, from whatever
 * thread did the work; a write is called back when it is as safe as the configured durability says.
 */
public interface LocalReplica {
  /** Returns false if too much is queued: no call-back will come. */
  boolean read(Key key, Consumer<ReadResult> done);

  /** Returns false if too much is queued: nothing is written, no call-back will come. */
  boolean write(ReplicaWrite write, Consumer<WriteDone> done);

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

  /** What came of a write. */
  sealed interface WriteDone {
    /** The replica has decided, and what it stored is safe. */
    record Decided(WriteResult result) implements WriteDone {}

    /** The storage failed on the way to safety: it may have been stored, or not. */
    record Uncertain() implements WriteDone {}
  }
}
