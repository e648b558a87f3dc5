package io.dynamokv.version;

import io.dynamokv.version.proto.ClockEntryProto;
import io.dynamokv.version.proto.DotProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
    Set<Actor> actors = new HashSet<>();
    for (ClockEntryProto proto : protos) {
      Actor actor = new Actor(proto.getNode(), proto.getIncarnation());
      if (!actors.add(actor)) {
        throw new MalformedStateException("a clock with two entries of one actor");
      }
      entries.add(new ClockEntry(actor, proto.getCounter(), proto.getTimestampMs()));
    }
    return VectorClock.of(entries);
  }

  static Dot fromProto(DotProto proto) {
    return new Dot(new Actor(proto.getNode(), proto.getIncarnation()), proto.getCounter());
  }
}
