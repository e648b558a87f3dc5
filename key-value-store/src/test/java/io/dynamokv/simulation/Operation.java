package io.dynamokv.simulation;

import io.dynamokv.coordination.Quorum;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Version;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** One request of a client, as its own history remembers it. */
final class Operation {
  enum Kind {
    GET,
    PUT,
    DELETE
  }

  /** What the client was told. */
  enum Answer {
    NONE,
    /** A GET: here is what enough replicas know. */
    FOUND,
    /** A GET: too few replicas could say. */
    NOT_FOUND_OUT,
    /** A write: enough replicas have stored it. */
    STORED,
    /** A write: the coordinator has more than the client had seen; nothing was stored. */
    STALE,
    /** A write: nothing was stored. */
    NOT_STORED,
    /** A write: nobody knows. */
    UNKNOWN
  }

  final int id;
  final Kind kind;
  final KeyHistory key;
  final int wanted;
  final boolean strict;
  final Version from;
  private final BitSet seen;
  final byte @Nullable [] value;
  int coordinator = -1;
  boolean forwarded;
  Answer answer = Answer.NONE;
  @Nullable KeyState found;
  @Nullable Version version;
  KeyHistory.@Nullable Written written;

  /**
   * @param from what the client says it has seen
   * @param seen which writes that is, in truth
   * @param value null for reads and deletes
   */
  Operation(
      int id,
      Kind kind,
      KeyHistory key,
      Quorum quorum,
      Version from,
      BitSet seen,
      byte @Nullable [] value) {
    this.id = id;
    this.kind = kind;
    this.key = key;
    this.wanted = quorum.wanted();
    this.strict = quorum.strict();
    this.from = from;
    this.seen = seen;
    this.value = value;
  }

  /** The writes that the client had seen, directly or through others, when it began. */
  BitSet seen() {
    return seen;
  }

  boolean isWrite() {
    return kind != Kind.GET;
  }

  /** Whether the client was told that nothing was stored. */
  boolean isDenied() {
    return answer == Answer.STALE || answer == Answer.NOT_STORED;
  }

  /** What the client wants, in words. */
  String describe() {
    String strictly = strict ? " strictly" : "";
    return isWrite()
        ? this + " w=" + wanted + strictly + " from " + from.clock() + " " + from.dots()
        : this + " r=" + wanted + strictly;
  }

  @Override
  public String toString() {
    return kind + " #" + id;
  }
}
