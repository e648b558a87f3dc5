package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import io.dynamokv.ring.TokenTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the tables and the rings of one cluster, and remembers the last few rings. Not thread-safe.
 */
final class Rings {
  private static final int REMEMBERED = 4;

  private final Partitions partitions;
  private final int replicas;
  private final Map<TokenTable, Ring> made = new HashMap<>();

  Rings(ClusterFacts facts) {
    this.partitions = new Partitions(facts.partitions());
    this.replicas = facts.replicas();
  }

  Ring of(TokenTable table) {
    if (made.size() > REMEMBERED && !made.containsKey(table)) {
      made.clear();
    }
    return made.computeIfAbsent(table, key -> Ring.of(key, replicas));
  }

  /** One in which nobody holds anything. */
  Ring none() {
    RingMember nobody = new RingMember(MemberId.NOBODY, "");
    List<Integer> all = IntStream.range(0, partitions.count()).boxed().toList();
    return of(TokenTable.of(partitions, List.of(nobody), Map.of(nobody.id(), all)));
  }

  /** How many members there can be. */
  int most() {
    return Math.min(TokenTable.MAX_MEMBERS, partitions.count());
  }

  TokenTable initial(List<RingMember> members) {
    return TokenAllocator.initial(members, partitions, replicas);
  }

  /** Takes out some members, then lets others in; null if nobody is left. */
  @Nullable TokenTable change(TokenTable table, Set<MemberId> leavers, List<RingMember> joiners) {
    List<RingMember> rest = new ArrayList<>(table.members());
    rest.removeIf(member -> leavers.contains(member.id()));
    if (rest.isEmpty()) {
      return joiners.isEmpty() ? null : initial(joiners);
    }
    TokenTable changed = table;
    for (MemberId leaver : leavers) {
      changed = TokenAllocator.leave(changed, leaver, replicas);
    }
    for (RingMember joiner : joiners) {
      changed = TokenAllocator.join(changed, joiner, replicas);
    }
    return changed;
  }
}
