package io.dynamokv.membership;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Ring;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows of its cluster at one moment. Immutable.
 *
 * @param plan the number of the plan that says who holds what; 0 where that never changes, or is
 *     not known
 * @param self this node
 * @param members all members, this node among them, in the order of their ids; some may not be in
 *     the ring yet, or no longer
 * @param ring who holds what, as keys are served
 * @param next who will hold what, if that is about to change
 * @param reachable the members that can be reached, this node among them
 * @param readable those of them that have what they should have
 * @param leaving the members that are to hand over what they hold
 */
public record View(
    long plan,
    Member self,
    List<Member> members,
    Ring ring,
    @Nullable Ring next,
    Set<MemberId> reachable,
    Set<MemberId> readable,
    Set<MemberId> leaving) {
  public View {
    members = List.copyOf(members);
    reachable = Set.copyOf(reachable);
    readable = Set.copyOf(readable);
    leaving = Set.copyOf(leaving);
  }

  /** Where nothing changes but who can be reached. */
  public View(Member self, List<Member> members, Ring ring, Set<MemberId> reachable) {
    this(0, self, members, ring, null, reachable, reachable, Set.of());
  }

  /** Who holds a key, or will. */
  public List<MemberId> allHolders(Key key) {
    List<MemberId> holders = ring.preferenceList(key).holders();
    if (next == null) {
      return holders;
    }
    Set<MemberId> all = new LinkedHashSet<>(holders);
    all.addAll(next.preferenceList(key).holders());
    return List.copyOf(all);
  }

  /** Whether there is such a member. */
  public boolean isMember(MemberId id) {
    return members.stream().anyMatch(member -> member.id().equals(id));
  }

  /**
   * Whether the ring is on its way to another one, or is going to be: who was removed is still in
   * it.
   */
  public boolean isRingChanging() {
    return next != null || ring.members().stream().anyMatch(member -> !isMember(member.id()));
  }

  /** Whether this node holds a partition now, or will. */
  public boolean isOwn(int partition) {
    return ring.holds(self.id(), partition) || next != null && next.holds(self.id(), partition);
  }

  /** Where a member stands. */
  public MemberState stateOf(MemberId id) {
    if (!reachable.contains(id)) {
      return MemberState.DOWN;
    } else if (leaving.contains(id)) {
      return MemberState.LEAVING;
    }
    boolean isServed = !ring.partitionsHeldBy(id).isEmpty();
    return isServed && readable.contains(id) ? MemberState.UP : MemberState.JOINING;
  }
}
