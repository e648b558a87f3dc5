package io.dynamokv.membership;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RosterKeeperTest {
  private static final ClusterFacts FACTS = new ClusterFacts("test", 16, 2, 0);
  private static final MemberId SELF = new MemberId("node-1");
  private static final MemberId OTHER = new MemberId("node-2");
  private static final long NODE_ID = 11;

  private RosterKeeper keeper = keeper(Roster.empty(FACTS));

  private static RosterKeeper keeper(Roster known) {
    return new RosterKeeper(
        member(SELF, "here"), NODE_ID, known, new Founding(2, 100), new Rings(FACTS), 0);
  }

  private static Member member(MemberId id, String host) {
    return new Member(id, host, 1, 2, 3, "", "");
  }

  private static Roster roster(
      MemberId id, String host, long nodeId, Standing standing, long version) {
    return Roster.empty(FACTS).with(new MemberRecord(member(id, host), nodeId, standing, version));
  }

  private MemberRecord own() {
    return requireNonNull(keeper.roster().record(SELF));
  }

  @Test
  void a_node_that_is_new_says_that_it_is_in() {
    assertThat(own().standing()).isEqualTo(Standing.IN);
    assertThat(own().nodeId()).isEqualTo(NODE_ID);
  }

  @Test
  void what_others_know_of_an_earlier_life_is_overruled() {
    keeper.merge(roster(SELF, "here", 99, Standing.IN, 7), Set.of());

    assertThat(own().nodeId()).isEqualTo(NODE_ID);
    assertThat(own().version()).isEqualTo(8);
    assertThat(keeper.isNameTaken()).isFalse();
  }

  @Test
  void a_node_that_was_removed_stays_so_and_one_with_a_new_folder_does_not() {
    keeper.merge(roster(SELF, "here", 99, Standing.REMOVED, 7), Set.of());
    assertThat(own().standing()).isEqualTo(Standing.IN);

    keeper.merge(roster(SELF, "here", NODE_ID, Standing.REMOVED, 17), Set.of());
    assertThat(keeper.isRemoved()).isTrue();
    assertThat(keeper.become(Standing.LEAVING)).isFalse();
    assertThat(keeper(keeper.roster()).isRemoved()).isTrue();
  }

  @Test
  void a_leave_that_was_interrupted_is_taken_back() {
    keeper.become(Standing.LEAVING);

    keeper = keeper(keeper.roster());

    assertThat(own().standing()).isEqualTo(Standing.IN);
  }

  @Test
  void nobody_takes_the_name_or_the_place_of_one_that_lives() {
    keeper.merge(roster(OTHER, "there", 22, Standing.IN, 1), Set.of());

    // The same version is the usual case: both are new.
    for (long version = 1; version <= 2; version++) {
      keeper.merge(roster(OTHER, "elsewhere", 33, Standing.IN, version), Set.of(OTHER));
      keeper.merge(roster(OTHER, "elsewhere", 22, Standing.IN, version), Set.of(OTHER));
    }
    assertThat(requireNonNull(keeper.roster().record(OTHER)).member().host()).isEqualTo("there");

    keeper.merge(roster(OTHER, "elsewhere", 33, Standing.IN, 2), Set.of());
    assertThat(requireNonNull(keeper.roster().record(OTHER)).nodeId()).isEqualTo(33);
  }

  @Test
  void one_that_finds_its_name_taken_again_and_again_gives_up_and_leaves_it_to_the_other() {
    keeper.agreed();
    for (int i = 0; i < 3; i++) {
      keeper.merge(roster(SELF, "there", 99, Standing.IN, own().version() + 1), Set.of());
    }

    assertThat(keeper.isNameTaken()).isTrue();
    assertThat(keeper.isKnown()).isFalse();
    assertThat(own().member().host()).isEqualTo("there");
  }

  @Test
  void one_that_is_new_under_a_name_waits_until_others_know_it() {
    Roster others = roster(OTHER, "elsewhere", 22, Standing.IN, 1);
    MemberRecord previous = new MemberRecord(member(SELF, "there"), 99, Standing.IN, 7);
    assertThat(keeper.isKnown()).isFalse();
    assertThat(keeper.merge(others.with(previous), Set.of())).isTrue();
    assertThat(keeper.isNameTaken()).isTrue();
    assertThat(keeper.isKnown()).isFalse();

    keeper.merge(others.with(own()), Set.of());
    assertThat(keeper.isNameTaken()).isFalse();
    assertThat(keeper.isKnown()).isTrue();
  }

  @Test
  void one_that_has_moved_waits_until_others_know_it() {
    keeper.merge(roster(OTHER, "elsewhere", 22, Standing.IN, 1), Set.of());
    Roster before = keeper.roster();
    Roster alone = before.without(OTHER);
    Member moved = member(SELF, "new place");

    keeper = new RosterKeeper(moved, NODE_ID, before, new Founding(2, 100), new Rings(FACTS), 0);
    assertThat(keeper.isNameTaken()).isTrue();
    keeper.agreed();
    assertThat(keeper.isNameTaken()).isFalse();

    keeper = new RosterKeeper(moved, NODE_ID, alone, new Founding(2, 100), new Rings(FACTS), 0);
    assertThat(keeper.isNameTaken()).as("there is nobody to ask").isFalse();
  }

  @Test
  void the_first_of_those_that_have_met_makes_the_ring_when_they_are_enough_and_quiet() {
    assertThat(keeper.found(Set.of(SELF), false, 1000)).as("too few").isFalse();
    keeper.merge(roster(OTHER, "there", 22, Standing.IN, 1), Set.of());
    Set<MemberId> both = Set.of(SELF, OTHER);

    assertThat(keeper.found(both, false, 1000)).as("just met").isFalse();
    assertThat(keeper.found(both, true, 1050)).as("somebody knows a ring").isFalse();
    assertThat(keeper.found(both, false, 1149)).isFalse();
    assertThat(keeper.found(both, false, 1150)).isTrue();
    assertThat(keeper.roster().plan()).isNotNull();
  }

  @Test
  void being_ready_is_for_one_plan() {
    keeper.merge(roster(OTHER, "there", 22, Standing.IN, 1), Set.of());
    keeper.found(Set.of(SELF, OTHER), false, 0);
    keeper.found(Set.of(SELF, OTHER), false, 1000);
    keeper.ready(keeper.plan());
    assertThat(keeper.isReady()).isTrue();

    RingPlan plan = requireNonNull(keeper.roster().plan());
    Roster next =
        Roster.empty(FACTS).with(plan.followedBy(plan.served(), plan.served(), plan.admitted()));
    keeper.merge(next, Set.of());

    assertThat(keeper.isReady()).isFalse();
  }

  @Test
  void what_is_far_ahead_of_all_that_is_known_is_not_believed_and_the_rest_is() {
    long far = (1L << 20) + 10;
    RingPlan plan = RingPlan.of(far, new Rings(FACTS).none().tokens(), null, Map.of());
    Roster heard =
        roster(OTHER, "there", 22, Standing.IN, 1)
            .with(new MemberRecord(member(SELF, "elsewhere"), 99, Standing.IN, far))
            .with(plan);

    keeper.merge(heard, Set.of());

    assertThat(keeper.roster().record(OTHER)).isEqualTo(heard.record(OTHER));
    assertThat(own().version()).isOne();
    assertThat(keeper.plan()).isZero();
  }
}
