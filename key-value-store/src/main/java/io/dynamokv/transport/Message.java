package io.dynamokv.transport;

import io.dynamokv.ring.MemberId;
import java.util.List;
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
    if (this instanceof Reply reply) {
      return reply.id() >= BACKGROUND_IDS;
    } else if (this instanceof ReadRequest request) {
      return request.id >= BACKGROUND_IDS;
    } else if (this instanceof WriteRequest request) {
      return request.id >= BACKGROUND_IDS;
    }
    return this instanceof CompareRequest
        || this instanceof KeysRequest
        || this instanceof StatesRequest
        || this instanceof CollectRequest;
  }

  /** An answer. */
  sealed interface Reply extends Message {
    /** That of the request. */
    long id();
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
  record ReadReply(long id, Status status, byte @Nullable [] state) implements Reply {}

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
  record WriteReply(long id, Status status) implements Reply {}

  /** What is compared of two nodes' hash trees. */
  enum Level {
    PARTITIONS,
    LEAVES
  }

  /** The hash of a partition or of a leaf, which are numbered each. */
  record PlaceHash(int place, long hash) {}

  /** A key, and the hash of its state; 0 if there is none. */
  record KeyHash(byte[] key, long hash) {}

  /** Asks which of some places of the hash tree differ from those here. */
  record CompareRequest(long id, Level level, List<PlaceHash> places) implements Message {
    public CompareRequest {
      places = List.copyOf(places);
    }
  }

  /**
   * The answer to a comparison of trees.
   *
   * @param differing the places whose hashes differ
   * @param unknown the places whose hashes are not known here just now
   */
  record CompareReply(long id, List<Integer> differing, List<Integer> unknown) implements Reply {
    public CompareReply {
      differing = List.copyOf(differing);
      unknown = List.copyOf(unknown);
    }
  }

  /**
   * Asks which keys in a range differ from those here.
   *
   * @param firstPosition to be read as unsigned
   * @param lastPosition to be read as unsigned; included
   * @param keys all that the asking node has in the range
   */
  record KeysRequest(long id, long firstPosition, long lastPosition, List<KeyHash> keys)
      implements Message {
    public KeysRequest {
      keys = List.copyOf(keys);
    }
  }

  /**
   * The answer to a comparison of keys.
   *
   * @param lastPosition up to where keys were compared, perhaps not to the end of the range
   * @param keys those that differ, with the hash that they have here
   */
  record KeysReply(long id, Status status, long lastPosition, List<KeyHash> keys) implements Reply {
    public KeysReply {
      keys = List.copyOf(keys);
    }
  }

  /** Asks for a replica's states of some keys. */
  record StatesRequest(long id, List<byte[]> keys) implements Message {
    public StatesRequest {
      keys = List.copyOf(keys);
    }
  }

  /**
   * What a replica has of one key.
   *
   * @param state null unless the status is {@link Status#OK}
   */
  record FoundState(Status status, byte @Nullable [] state) {}

  /**
   * The answer to a question for states.
   *
   * @param status whether it could be looked at all
   * @param found what is here of the first of the keys, in their order: of as many as do not make
   *     it too large, one at least
   */
  record StatesReply(long id, Status status, List<FoundState> found) implements Reply {
    public StatesReply {
      found = List.copyOf(found);
    }
  }

  /**
   * Asks whether nobody needs some tombstones any more, or says so.
   *
   * @param agreed whether all members have agreed; each of them removes what it has of these keys
   * @param keys with the hashes of their tombstones
   */
  record CollectRequest(long id, boolean agreed, List<KeyHash> keys) implements Message {
    public CollectRequest {
      keys = List.copyOf(keys);
    }
  }

  /**
   * The answer to such a question.
   *
   * @param calmMs for how long the cluster has been calm, as the answering node sees it; 0 if it is
   *     not
   * @param disagreed which of the keys have something else here, or can not be looked at, by their
   *     numbers in the request
   */
  record CollectReply(long id, long calmMs, List<Integer> disagreed) implements Reply {
    public CollectReply {
      disagreed = List.copyOf(disagreed);
    }
  }

  /**
   * By whom a forwarded request wants to be answered.
   *
   * @param number how many replicas
   * @param strict whether only the key's own holders count
   */
  record WantedReplicas(int number, boolean strict) {}

  /** A request that the receiver is to coordinate, since the sender does not hold the key. */
  sealed interface Forwarded extends Message {
    /** A number that only the asking node understands. */
    long id();

    /** The client's, for the logs. */
    String requestId();

    /** The key. */
    byte[] key();

    /** By whom it is to be answered. */
    WantedReplicas wanted();
  }

  /** Asks a node that holds a key to read it for a client. */
  record ForwardedGet(long id, String requestId, byte[] key, WantedReplicas wanted)
      implements Forwarded {}

  /**
   * Asks a node that holds a key to write it for a client.
   *
   * @param from the version that the client has seen, as {@code version} writes it
   * @param value null to delete the key
   */
  record ForwardedPut(
      long id,
      String requestId,
      byte[] key,
      WantedReplicas wanted,
      byte[] from,
      byte @Nullable [] value)
      implements Forwarded {}

  /** How a forwarded request ended. */
  enum Ending {
    /** As the client wished. */
    DONE,
    /** Nothing was stored: the client had not seen what is. */
    STALE,
    /** Too few replicas can be reached; nothing was stored. */
    NOT_ENOUGH_REPLICAS,
    /** Too few have answered in time; a write may have been done. */
    TIMED_OUT,
    /** The disk there is full or failing; nothing was stored. */
    STORAGE_FAILED,
    /** Too much is under way there; nothing was stored. */
    OVERLOADED,
    /** The key would have too many unresolved values; nothing was stored. */
    TOO_MANY_SIBLINGS,
    /** That node does not hold the key, or can not serve it now; nothing was stored. */
    NOT_HERE
  }

  /**
   * The answer to a forwarded request.
   *
   * @param wanted how many replicas were wanted, where that was not reached
   * @param got how many there were
   * @param result a read key's state, or the version that was stored; null if there is none
   */
  record ForwardedAnswer(long id, Ending ending, int wanted, int got, byte @Nullable [] result)
      implements Reply {}

  /**
   * Says that a node lives, and what it believes of the cluster.
   *
   * @param ring the fingerprint of the ring, where its members are fixed; else 0
   * @param nodeId the identity of the sender's data folder
   */
  record Heartbeat(
      String cluster,
      int partitions,
      int replicas,
      long ring,
      long nodeId,
      int incarnation,
      long sequence,
      RosterProgress progress)
      implements Message {
    /** One where the members are fixed. */
    public Heartbeat(
        String cluster,
        int partitions,
        int replicas,
        long ring,
        long nodeId,
        int incarnation,
        long sequence) {
      this(
          cluster, partitions, replicas, ring, nodeId, incarnation, sequence, RosterProgress.FIXED);
    }
  }

  /**
   * How far a node has come with what members agree on by gossip.
   *
   * @param rosterHash of all that the sender knows of the members and the ring
   * @param plan the number of the plan that it follows; 0 if it knows of none
   * @param ready whether it has all that it should have by that plan
   */
  record RosterProgress(long rosterHash, long plan, boolean ready) {
    /** Where nothing changes. */
    public static final RosterProgress FIXED = new RosterProgress(0, 0, true);
  }

  /**
   * What the sender knows of the members and the ring.
   *
   * @param roster its bytes, as the package {@code membership} writes them
   * @param wantsAnswer whether the sender wants to be told the same, since the receiver may have no
   *     other way to reach it
   */
  record Gossip(byte[] roster, boolean wantsAnswer) implements Message {}

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
    MALFORMED;

    /** Whether the replica has done what it was asked. */
    public boolean isDone() {
      return this == OK || this == SAME || this == ABSENT;
    }
  }
}
