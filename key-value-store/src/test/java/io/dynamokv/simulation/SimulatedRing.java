package io.dynamokv.simulation;

import io.dynamokv.membership.Member;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import java.util.List;
import java.util.stream.IntStream;

/** The members of a cluster, and who of them holds what. */
final class SimulatedRing {
  private SimulatedRing() {}

  static List<Member> members(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> new Member(new MemberId("node-" + i), "node-" + i, i, i, i, "", ""))
        .toList();
  }

  static Ring of(List<Member> members, int partitions, int replicas) {
    List<RingMember> names =
        members.stream().map(member -> new RingMember(member.id(), member.rack())).toList();
    return Ring.of(TokenAllocator.initial(names, new Partitions(partitions), replicas), replicas);
  }
}
