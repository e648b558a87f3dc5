package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Works out the next plan of the ring, from what is known and who can be reached. Stateless. Every
 * node could do it; so that plans do not compete, only one does, the claimant, and if there are two
 * for a while no harm is done: one of their plans counts, and what it lacks is planned next.
 */
final class Planner {
  private Planner() {}

  /**
   * Who makes plans: the first of the members that are served, if more than half of them are in
   * reach; or, if all that are served were removed, of the others. Null if there is nobody.
   *
   * @param reachable the members that can be reached, this node among them
   */
  static @Nullable MemberId claimant(Roster roster, RingPlan plan, Set<MemberId> reachable) {
    TreeSet<MemberId> candidates = ids(plan.served());
    candidates.retainAll(roster.present().keySet());
    if (candidates.isEmpty()) {
      candidates.addAll(roster.present().keySet());
    }
    List<MemberId> inReach = candidates.stream().filter(reachable::contains).toList();
    return 2 * inReach.size() > candidates.size() ? inReach.get(0) : null;
  }

  /**
   * The first plan of all.
   *
   * @param founders those that begin together
   */
  static RingPlan first(Roster roster, Set<MemberId> founders, Rings rings) {
    List<RingMember> members = new ArrayList<>();
    Map<MemberId, Long> admitted = new HashMap<>();
    for (MemberRecord record : roster.present().values()) {
      if (founders.contains(record.member().id())) {
        members.add(record.ringMember());
        admitted.put(record.member().id(), record.nodeId());
      }
    }
    // Where several rings were begun, the one that most have begun counts.
    return RingPlan.of(members.size(), rings.initial(members), null, admitted);
  }

  /**
   * The next plan, or null if there is nothing to change, or it is not time yet.
   *
   * @param present the members that could be planned in: in reach, or not away for long
   * @param ready those that have all that they should have by the present plan
   */
  static @Nullable RingPlan next(
      Roster roster, Set<MemberId> present, Set<MemberId> ready, Rings rings) {
    RingPlan plan = roster.plan();
    if (plan == null) {
      return null;
    }
    TokenTable target = target(roster, plan, present, rings);
    if (target == null || target.members().equals(plan.target().members())) {
      return settled(roster, plan, ready, rings);
    }
    TokenTable next = target.equals(plan.served()) ? null : target;
    return plan.followedBy(plan.served(), next, plan.admitted());
  }

  /** What is to be served in the end, made from what is served now; null if nobody is left. */
  private static @Nullable TokenTable target(
      Roster roster, RingPlan plan, Set<MemberId> present, Rings rings) {
    TreeSet<MemberId> served = ids(plan.served());
    TreeSet<MemberId> wanted = new TreeSet<>();
    for (MemberRecord record : roster.records().values()) {
      MemberId id = record.member().id();
      if (record.isIn() && (served.contains(id) || present.contains(id))) {
        wanted.add(id);
      }
    }
    if (wanted.isEmpty()) {
      return null;
    }
    List<RingMember> joiners = new ArrayList<>();
    for (MemberRecord record : roster.records().values()) {
      MemberId id = record.member().id();
      if (wanted.contains(id) && !served.contains(id)) {
        joiners.add(record.ringMember());
      }
    }
    while (wanted.size() > rings.most() && !joiners.isEmpty()) {
      wanted.remove(joiners.remove(joiners.size() - 1).id());
    }
    served.removeAll(wanted);
    if (ids(plan.target()).equals(wanted)) {
      return plan.target();
    }
    return rings.change(plan.served(), served, joiners);
  }

  private static TreeSet<MemberId> ids(TokenTable table) {
    return table.members().stream()
        .map(RingMember::id)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What is aimed at is served when all who lack something have it. */
  private static @Nullable RingPlan settled(
      Roster roster, RingPlan plan, Set<MemberId> ready, Rings rings) {
    Map<MemberId, Long> admitted = new HashMap<>(plan.admitted());
    Set<MemberId> lacking = lacking(roster, plan, rings);
    for (RingMember member : plan.target().members()) {
      MemberRecord record = roster.record(member.id());
      if (record != null && ready.contains(member.id())) {
        admitted.put(member.id(), record.nodeId());
        lacking.remove(member.id());
      }
    }
    if (plan.next() != null && lacking.isEmpty()) {
      admitted.keySet().retainAll(ids(plan.next()));
      return plan.followedBy(plan.next(), null, admitted);
    }
    if (plan.next() == null && !admitted.equals(plan.admitted())) {
      return plan.followedBy(plan.served(), null, admitted);
    }
    return null;
  }

  /** Who does not have, unless it says that it does by now, what it should have by a plan. */
  static Set<MemberId> lacking(Roster roster, RingPlan plan, Rings rings) {
    Set<MemberId> lacking = new TreeSet<>();
    for (RingMember member : plan.target().members()) {
      MemberRecord record = roster.record(member.id());
      if (record == null || !plan.isAdmitted(record) || gains(plan, member, rings)) {
        lacking.add(member.id());
      }
    }
    return lacking;
  }

  private static boolean gains(RingPlan plan, RingMember member, Rings rings) {
    TokenTable next = plan.next();
    return next != null
        && !rings.of(next).rangesGainedBy(member.id(), rings.of(plan.served())).isEmpty();
  }
}
