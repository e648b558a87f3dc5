package io.dynamokv.version;

import com.google.protobuf.InvalidProtocolBufferException;
import io.dynamokv.version.proto.VersionProto;
import java.util.HashSet;
import java.util.Set;

/** A version in Protocol Buffers, as nodes tell each other; clients get it sealed. Stateless. */
public final class VersionBytes {
  private VersionBytes() {}

  /** The bytes of a version; always the same for the same version. */
  public static byte[] encode(Version version) {
    VersionProto.Builder proto = VersionProto.newBuilder();
    version.clock().entries().forEach(entry -> proto.addClock(ClockCodec.toProto(entry)));
    version.dots().stream().sorted().forEach(dot -> proto.addDots(ClockCodec.toProto(dot)));
    return proto.build().toByteArray();
  }

  /**
   * The version that some bytes say.
   *
   * @throws MalformedStateException if they say none
   */
  public static Version decode(byte[] bytes) {
    try {
      VersionProto proto = VersionProto.parseFrom(bytes);
      Set<Dot> dots = new HashSet<>();
      proto.getDotsList().forEach(dot -> dots.add(ClockCodec.fromProto(dot)));
      return new Version(ClockCodec.fromProto(proto.getClockList()), dots);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedStateException("not a version", e);
    }
  }
}
