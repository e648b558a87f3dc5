package io.dynamokv.resources;

import io.dynamokv.api.Answers;
import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import io.dynamokv.coordination.Failure;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.ring.Key;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.VersionCodec;
import jakarta.ws.rs.container.AsyncResponse;
import java.util.List;

/**
 * Turns what a node says into what a client gets. Thread-safe. Called from the node's own threads:
 * an answer that takes long to put together is left to the server's threads.
 */
public final class Outcomes {
  /** Longer answers are not encoded by the node's own threads. */
  private static final int LONG_ANSWER_BYTES = 16 * 1024;

  private final VersionCodec versions;

  public Outcomes(VersionCodec versions) {
    this.versions = versions;
  }

  /** Answers a read. */
  public void read(Key key, GetOutcome outcome, AsyncResponse answer, Incoming incoming) {
    try {
      if (outcome instanceof GetOutcome.Found found) {
        found(key, found.state(), answer, incoming);
      } else if (outcome instanceof GetOutcome.NotEnoughReplicas few) {
        fail(
            answer,
            incoming,
            false,
            new ApiError(
                ErrorCode.NOT_ENOUGH_REPLICAS,
                "too few replicas of the key can be reached",
                few.wanted(),
                few.got()));
      } else if (outcome instanceof GetOutcome.TimedOut late) {
        fail(
            answer,
            incoming,
            false,
            new ApiError(
                ErrorCode.TIMED_OUT,
                "too few replicas have answered in time",
                late.wanted(),
                late.got()));
      } else if (outcome instanceof GetOutcome.NoCoordinator nobody) {
        fail(answer, incoming, false, unreachable(nobody.holders(), nobody.wanted()));
      } else {
        fail(
            answer,
            incoming,
            false,
            new ApiError(ErrorCode.OVERLOADED, "too many requests are under way"));
      }
    } catch (RuntimeException e) {
      Delivery.deliver(answer, incoming, e);
    }
  }

  private void found(Key key, KeyState state, AsyncResponse answer, Incoming incoming) {
    List<byte[]> values = state.values();
    String version = versions.encode(key, state.version());
    long length = Answers.foundLength(key.bytes(), version, values);
    if (length <= LONG_ANSWER_BYTES) {
      send(Answers.found(key.bytes(), version, values), answer, incoming);
    } else if (incoming.reserveAnswer(length)) {
      incoming
          .executor()
          .execute(() -> send(Answers.found(key.bytes(), version, values), answer, incoming));
    } else {
      fail(
          answer,
          incoming,
          false,
          new ApiError(
              ErrorCode.OVERLOADED, "too many bytes of other answers are held at this node"));
    }
  }

  /** Answers a write. */
  public void written(Key key, PutOutcome outcome, AsyncResponse answer, Incoming incoming) {
    try {
      if (outcome instanceof PutOutcome.Stored stored) {
        send(Answers.stored(versions.encode(key, stored.version())), answer, incoming);
      } else {
        fail(answer, incoming, true, refusal(outcome));
      }
    } catch (RuntimeException e) {
      Delivery.deliver(answer, incoming, e);
    }
  }

  private static ApiError refusal(PutOutcome outcome) {
    if (outcome instanceof PutOutcome.NotEnoughReplicas few) {
      return new ApiError(
          ErrorCode.NOT_ENOUGH_REPLICAS,
          "too few replicas of the key can be reached; nothing was stored",
          few.wanted(),
          few.got());
    } else if (outcome instanceof PutOutcome.Unknown unknown) {
      return new ApiError(
          ErrorCode.TIMED_OUT,
          "too few replicas have acknowledged in time; the write may or may not have happened",
          unknown.wanted(),
          unknown.got());
    } else if (outcome instanceof PutOutcome.NotStored not) {
      return notStored(not.failure());
    } else if (outcome instanceof PutOutcome.NoCoordinator nobody) {
      return unreachable(nobody.holders(), nobody.wanted());
    }
    return new ApiError(
        ErrorCode.STALE_VERSION,
        "the key has been written or deleted since fromVersion; nothing was stored",
        "the version of a GET that returns what is stored now",
        "an older version, or none");
  }

  private static ApiError unreachable(int holders, int wanted) {
    return new ApiError(
        ErrorCode.HOLDERS_UNREACHABLE,
        "none of the " + holders + " nodes that hold the key can serve it now",
        wanted,
        0);
  }

  private static ApiError notStored(Failure failure) {
    return switch (failure) {
      case STORAGE_FAILED ->
          new ApiError(
              ErrorCode.STORAGE_FAILED, "the node's disk is full or failing; nothing was stored");
      case OVERLOADED ->
          new ApiError(
              ErrorCode.OVERLOADED, "too much is under way at this node; nothing was stored");
      case TOO_MANY_SIBLINGS ->
          new ApiError(
              ErrorCode.TOO_MANY_SIBLINGS,
              "the key has too many unresolved values; nothing was stored. GET it and write from"
                  + " that version to resolve them",
              "at most " + KeyState.MAX_SIBLINGS + " values",
              null);
      case UNREACHABLE, NOT_A_HOLDER ->
          new ApiError(
              ErrorCode.NOT_ENOUGH_REPLICAS, "no replica can be reached; nothing was stored");
      case MALFORMED -> throw new IllegalStateException("the node did not understand its own edge");
    };
  }

  private static void send(byte[] json, AsyncResponse answer, Incoming incoming) {
    Delivery.deliver(answer, incoming, Responses.ok(json));
  }

  private static void fail(
      AsyncResponse answer, Incoming incoming, boolean isWrite, ApiError error) {
    Delivery.deliver(answer, incoming, Responses.error(error, isWrite));
  }
}
