package io.dynamokv.version;

import io.dynamokv.version.proto.ClockEntryProto;
import io.dynamokv.version.proto.DotProto;
import java.util.ArrayList;
import java.util.List;

/** Clock entries and dots in Protocol Buffers, for the codecs of states and versions. */
final class ClockCodec {
  private ClockCodec() {}

  static ClockEntryProto toProto(ClockEntry entry) {
    return ClockEntryProto.newBuilder()
        .setNode(entry.actor().node())
        .setIncarnation(entry.actor().incarnation())
        .setCounter(entry.counter())
        .setTimestampMs(entry.timestampMs())
        .build();
  }

  static DotProto toProto(Dot dot) {
    return DotProto.newBuilder()
        .setNode(dot.actor().node())
        .setIncarnation(dot.actor().incarnation())
        .setCounter(dot.counter())
        .build();
  }

  static VectorClock fromProto(List<ClockEntryProto> protos) {
    if (protos.size() > VectorClock.MAX_ENTRIES) {
      throw new MalformedStateException("a clock with " + protos.size() + " entries");
    }
    List<ClockEntry> entries = new ArrayList<>(protos.size());
    for (ClockEntryProto proto : protos) {
      Actor actor = new Actor(proto.getNode(), proto.getIncarnation());
      entries.add(new ClockEntry(actor, proto.getCounter(), proto.getTimestampMs()));
    }
    VectorClock clock = VectorClock.of(entries);
    if (clock.entries().size() != entries.size()) {
      throw new MalformedStateException("a clock with two entries of one actor");
    }
    return clock;
  }

  static Dot fromProto(DotProto proto) {
    return new Dot(new Actor(proto.getNode(), proto.getIncarnation()), proto.getCounter());
  }
}
