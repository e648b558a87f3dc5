package io.dynamokv.transport;

import io.dynamokv.ring.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * What nodes say to each other. Immutable; arrays are shared, not copied, and must not be changed.
 * A reply carries the {@code id} of the request it answers, a number that only the asking node
 * understands; {@code requestId} is the client's, for the logs.
 */
public sealed interface Message {
  /**
   * Ids from here on are of background work; it travels beside requests, so as not to hold them up.
   */
  long BACKGROUND_IDS = 1L << 62;

  /** Whether no client waits for what comes of it. */
  default boolean isBackground() {
    if (this instanceof ReadRequest request) {
      return request.id >= BACKGROUND_IDS;
    } else if (this instanceof ReadReply reply) {
      return reply.id >= BACKGROUND_IDS;
    } else if (this instanceof WriteRequest request) {
      return request.id >= BACKGROUND_IDS;
    } else if (this instanceof WriteReply reply) {
      return reply.id >= BACKGROUND_IDS;
    }
    return false;
  }

  /**
   * Asks for a replica's state of a key.
   *
   * @param knownHash hash of the state that the asking node has, 0 if it has none; a replica whose
   *     state has the same hash answers {@link Status#SAME}
   */
  record ReadRequest(long id, String requestId, byte[] key, long knownHash) implements Message {}

  /**
   * The answer to a read.
   *
   * @param state the replica's state; null with {@link Status#SAME}, {@link Status#ABSENT} and
   *     failures
   */
  record ReadReply(long id, Status status, byte @Nullable [] state) implements Message {}

  /** Asks a replica to merge a state into its own and store the result. */
  record WriteRequest(long id, String requestId, byte[] key, byte[] state) implements Message {}

  /**
   * Asks a node that does not hold the key to do so in the place of one that does, and to bring the
   * state there when that is possible. A node that does not know how must not answer; so this is
   * not a field of the other request.
   */
  record StandInRequest(long id, String requestId, byte[] key, byte[] state, MemberId holder)
      implements Message {}

  /** The answer to a write, or to standing in. */
  record WriteReply(long id, Status status) implements Message {}

  /**
   * Says that a node lives, and what it believes of the cluster.
   *
   * @param ring the fingerprint of the ring by which the sender places keys
   * @param nodeId the identity of the sender's data folder
   */
  record Heartbeat(
      String cluster,
      int partitions,
      int replicas,
      long ring,
      long nodeId,
      int incarnation,
      long sequence)
      implements Message {}

  /** How a replica fared with a request. */
  enum Status {
    /** Read: here is the state. Write: stored, at the configured durability. */
    OK,
    /** Read: the state is the one the asking node has. */
    SAME,
    /** Read: the key was never written here. */
    ABSENT,
    /** The storage failed. */
    STORAGE_FAILED,
    /** Too much is queued here already. */
    OVERLOADED,
    /** Write: the merged state would have more siblings than the limit. */
    TOO_MANY_SIBLINGS,
    /** The request could not be understood. */
    MALFORMED
  }
}
