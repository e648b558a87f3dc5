package io.dynamokv.version;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.dynamokv.version.proto.KeyStateProto;
import io.dynamokv.version.proto.SiblingProto;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The bytes of a key's state, on disk and between nodes: Protocol Buffers, see {@code state.proto}.
 * Equal states have equal bytes. Stateless.
 */
public final class StateCodec {
  /** What {@link #hash} says of a key that was never written. */
  public static final long NO_STATE = 0;

  private StateCodec() {}

  /** The bytes of a state that is not empty. */
  public static byte[] encode(KeyState state) {
    KeyStateProto.Builder proto = KeyStateProto.newBuilder();
    state.clock().entries().forEach(entry -> proto.addClock(ClockCodec.toProto(entry)));
    state.siblings().forEach(sibling -> proto.addSiblings(toProto(sibling)));
    return proto.build().toByteArray();
  }

  /**
   * The state that these bytes say.
   *
   * @throws MalformedStateException if they say none, or one beyond the limits
   */
  public static KeyState decode(byte[] bytes) {
    return decode(bytes, KeyState.MAX_SIBLINGS);
  }

  /**
   * What several replicas know together; it may have as many siblings as all of them.
   *
   * @throws MalformedStateException if the bytes say nothing like it
   */
  public static KeyState decodeMerged(byte[] bytes) {
    return decode(bytes, Integer.MAX_VALUE);
  }

  private static KeyState decode(byte[] bytes, int maxSiblings) {
    KeyStateProto proto = parse(bytes);
    if (proto.getSiblingsCount() == 0 || proto.getSiblingsCount() > maxSiblings) {
      throw new MalformedStateException("a state with " + proto.getSiblingsCount() + " siblings");
    }
    List<Sibling> siblings = new ArrayList<>(proto.getSiblingsCount());
    proto.getSiblingsList().forEach(sibling -> siblings.add(fromProto(sibling)));
    KeyState state = KeyState.of(ClockCodec.fromProto(proto.getClockList()), siblings);
    checkDots(state.siblings());
    return state;
  }

  /**
   * 64 bits that stand for a state when two replicas compare theirs; never {@link #NO_STATE}.
   * States that differ have the same hash once in 2^64.
   */
  public static long hash(byte[] bytes) {
    long hash = ByteBuffer.wrap(DigestUtils.md5(bytes)).getLong();
    return hash == NO_STATE ? 1 : hash;
  }

  private static KeyStateProto parse(byte[] bytes) {
    try {
      return KeyStateProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedStateException("not the bytes of a state", e);
    }
  }

  private static void checkDots(List<Sibling> inOrder) {
    for (int i = 1; i < inOrder.size(); i++) {
      if (inOrder.get(i).dot().equals(inOrder.get(i - 1).dot())) {
        throw new MalformedStateException("a state with two siblings of one dot");
      }
    }
  }

  private static SiblingProto toProto(Sibling sibling) {
    SiblingProto.Builder proto =
        SiblingProto.newBuilder().setDot(ClockCodec.toProto(sibling.dot()));
    byte[] value = sibling.value();
    return value == null
        ? proto.setTombstone(true).build()
        : proto.setValue(UnsafeByteOperations.unsafeWrap(value)).build();
  }

  private static Sibling fromProto(SiblingProto proto) {
    if (!proto.hasDot()) {
      throw new MalformedStateException("a sibling without a dot");
    }
    Dot dot = ClockCodec.fromProto(proto.getDot());
    return switch (proto.getContentCase()) {
      case VALUE -> Sibling.of(dot, proto.getValue().toByteArray());
      case TOMBSTONE -> Sibling.tombstone(dot);
      case CONTENT_NOT_SET -> throw new MalformedStateException("a sibling without content");
    };
  }
}
