package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.TokenTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts together what a node knows of its cluster at one moment. Not thread-safe. */
final class Views {
  private final Member self;
  private final Rings rings;
  private final boolean fixed;

  /**
   * @param fixed whether the members never change
   */
  Views(Member self, Rings rings, boolean fixed) {
    this.self = self;
    this.rings = rings;
    this.fixed = fixed;
  }

  /**
   * What a member sees.
   *
   * @param reachable the members that can be reached, this node among them
   */
  View of(RosterKeeper keeper, Set<MemberId> reachable) {
    RingPlan plan = keeper.roster().plan();
    if (plan == null) {
      return ofOutsider(keeper, reachable);
    }
    TokenTable next = plan.next();
    return view(
        keeper,
        fixed ? 0 : plan.number(),
        rings.of(plan.served()),
        next == null ? null : rings.of(next),
        reachable);
  }

  /** What a node sees that was removed, or whose name is another's: nobody holds anything. */
  View ofOutsider(RosterKeeper keeper, Set<MemberId> reachable) {
    return view(keeper, 0, rings.none(), null, reachable);
  }

  private View view(
      RosterKeeper keeper, long plan, Ring ring, @Nullable Ring next, Set<MemberId> reachable) {
    Map<MemberId, MemberRecord> present = keeper.present();
    List<Member> members = new ArrayList<>();
    Set<MemberId> leaving = new HashSet<>();
    for (MemberRecord record : present.values()) {
      members.add(record.member());
      if (record.standing() == Standing.LEAVING) {
        leaving.add(record.member().id());
      }
    }
    if (!present.containsKey(self.id())) {
      members.add(self);
    }
    return new View(
        plan, self, members, ring, next, reachable, readable(keeper, reachable), leaving);
  }

  private Set<MemberId> readable(RosterKeeper keeper, Set<MemberId> reachable) {
    return fixed
        ? reachable
        : reachable.stream().filter(keeper::isAdmitted).collect(Collectors.toSet());
  }
}
