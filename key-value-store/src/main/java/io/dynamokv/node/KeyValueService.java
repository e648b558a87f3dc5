package io.dynamokv.node;

import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.View;
import io.dynamokv.repair.RoundReport;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Storage;
import io.dynamokv.version.Version;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the edge may ask of a node. Thread-safe. No call but {@link #scan} waits for the network or
 * the disk; answers are called back from the node's own threads, which must not be held up.
 */
public interface KeyValueService {
  /**
   * Reads a key, with this node as its coordinator, or one that holds the key.
   *
   * @param quorum by whom it must be answered
   * @param requestId names the request in the logs of every node it touches
   * @return false if too many requests are in flight: nothing was done, no answer will come
   */
  boolean get(Key key, Quorum quorum, String requestId, Consumer<GetOutcome> answer);

  /**
   * Writes a key, with this node as its coordinator, or one that holds the key.
   *
   * @param from what the writer has seen
   * @param value the value, or null to delete the key
   * @param quorum by whom it must have been stored
   * @return false if too many requests are in flight: nothing was done, no answer will come
   */
  boolean put(
      Key key,
      Version from,
      byte @Nullable [] value,
      Quorum quorum,
      String requestId,
      Consumer<PutOutcome> answer);

  /**
   * Has this node hand over what it holds, so that it is no member in the end; what comes of it is
   * seen in the view and the {@link #transfers}.
   *
   * @return false if members never change, or this node is none any more
   */
  boolean leave();

  /**
   * Says that a member will not come back, so that others take its share.
   *
   * @return false if there is no such member, or members never change
   */
  boolean remove(MemberId member);

  /** What this node is being brought, and has to hand over, because the ring has changed. */
  Transfers transfers();

  /** What this node knows of the cluster now. */
  View view();

  /** Shows this node's own copies, in the order of the ring; waits for the disk. */
  void scan(Storage.Visitor visitor);

  /**
   * Compares what this node holds with what the others hold, and brings each what it lacks.
   *
   * @param done told what came of it, which may take long
   */
  void repair(Consumer<RoundReport> done);

  /** Copies what this node holds to a folder that does not exist yet; waits for the disk. */
  void backUp(Path folder);

  /**
   * Why this node can not serve, or null while it can: its storage refuses writes, or one of its
   * threads is no more.
   */
  @Nullable String failure();
}
