package io.dynamokv.node;

import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Small clusters, as one of their nodes sees them. */
final class Views {
  private Views() {}

  /** All members hold every key, and all can be reached. */
  static View of(MemberId self, MemberId... others) {
    return of(1 + others.length, self, others);
  }

  /** So many members hold a key, and all can be reached. */
  static View of(int replicas, MemberId self, MemberId... others) {
    List<Member> members =
        Stream.concat(Stream.of(self), Stream.of(others))
            .sorted()
            .map(id -> new Member(id, "127.0.0.1", 1, 2, 3, "", ""))
            .toList();
    Set<MemberId> ids = members.stream().map(Member::id).collect(Collectors.toSet());
    List<RingMember> onRing = ids.stream().map(id -> new RingMember(id, "")).toList();
    Partitions partitions = new Partitions(8);
    Ring ring = Ring.of(TokenAllocator.initial(onRing, partitions, replicas), replicas);
    Member own =
        members.stream().filter(member -> member.id().equals(self)).findAny().orElseThrow();
    return new View(own, members, ring, ids);
  }
}
