package io.dynamokv.membership;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenTable;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static final ClusterFacts FACTS = new ClusterFacts("test", 64, 2, 0);
  private final Rings rings = new Rings(FACTS);

  private Roster roster = Roster.empty(FACTS);

  private static MemberId id(int number) {
    return new MemberId("node-" + number);
  }

  private static Set<MemberId> ids(int... numbers) {
    Set<MemberId> ids = new HashSet<>();
    for (int number : numbers) {
      ids.add(id(number));
    }
    return ids;
  }

  private static List<MemberId> members(TokenTable table) {
    return table.members().stream().map(RingMember::id).toList();
  }

  private void become(int number, Standing standing) {
    Member member = new Member(id(number), "127.0.0.1", 1, 2, 3, "", "");
    roster =
        roster.with(new MemberRecord(member, number, standing, roster.nextVersion(member.id())));
  }

  private void begin(int... numbers) {
    for (int number : numbers) {
      become(number, Standing.IN);
    }
    roster = roster.with(Planner.first(roster, ids(numbers), rings));
  }

  private @Nullable RingPlan next(Set<MemberId> present, Set<MemberId> ready) {
    RingPlan plan = Planner.next(roster, present, ready, rings);
    if (plan != null) {
      roster = roster.with(plan);
    }
    return plan;
  }

  @Test
  void founders_are_served_at_once_and_have_all_that_they_should() {
    begin(1, 2, 3);

    RingPlan plan = requireNonNull(roster.plan());
    assertThat(members(plan.served())).containsExactly(id(1), id(2), id(3));
    assertThat(plan.admitted()).hasSize(3);
    assertThat(next(ids(1, 2, 3), ids(1, 2, 3))).isNull();
  }

  @Test
  void a_newcomer_is_served_when_it_says_that_it_has_all_and_not_before() {
    begin(1, 2, 3);
    become(4, Standing.IN);

    RingPlan planned = requireNonNull(next(ids(1, 2, 3, 4), ids(1, 2, 3)));
    assertThat(members(planned.served())).doesNotContain(id(4));
    assertThat(members(requireNonNull(planned.next()))).contains(id(4));
    assertThat(next(ids(1, 2, 3, 4), ids(1, 2, 3))).isNull();

    RingPlan settled = requireNonNull(next(ids(1, 2, 3, 4), ids(1, 2, 3, 4)));
    assertThat(members(settled.served())).contains(id(4));
    assertThat(settled.next()).isNull();
    assertThat(settled.admitted()).containsEntry(id(4), 4L);
  }

  @Test
  void a_newcomer_that_is_not_there_is_not_planned_in_and_one_that_goes_is_planned_out() {
    begin(1, 2, 3);
    become(4, Standing.IN);

    assertThat(next(ids(1, 2, 3), ids(1, 2, 3))).isNull();
    next(ids(1, 2, 3, 4), ids());
    RingPlan without = requireNonNull(next(ids(1, 2, 3), ids()));
    assertThat(without.next()).isNull();
    assertThat(members(without.served())).containsExactly(id(1), id(2), id(3));
  }

  @Test
  void two_that_come_and_one_that_goes_are_one_change() {
    begin(1, 2, 3, 4);
    become(5, Standing.IN);
    become(6, Standing.IN);
    become(2, Standing.LEAVING);

    RingPlan plan = requireNonNull(next(ids(1, 2, 3, 4, 5, 6), ids()));

    assertThat(members(requireNonNull(plan.next())))
        .containsExactly(id(1), id(3), id(4), id(5), id(6));
  }

  @Test
  void no_more_are_let_in_than_there_are_partitions() {
    Rings four = new Rings(new ClusterFacts("test", 4, 2, 0));
    for (int number = 1; number <= 3; number++) {
      become(number, Standing.IN);
    }
    roster = roster.with(Planner.first(roster, ids(1, 2, 3), four));
    become(4, Standing.IN);
    become(5, Standing.IN);

    RingPlan plan = requireNonNull(Planner.next(roster, ids(1, 2, 3, 4, 5), ids(), four));

    assertThat(members(requireNonNull(plan.next()))).containsExactly(id(1), id(2), id(3), id(4));
    roster = roster.with(plan);
    assertThat(Planner.next(roster, ids(1, 2, 3, 4, 5), ids(), four)).isNull();
  }

  @Test
  void different_plans_have_different_numbers() {
    begin(1, 2, 3, 4);
    Roster before = roster;
    become(4, Standing.LEAVING);
    RingPlan one = requireNonNull(next(ids(1, 2, 3, 4), ids()));
    roster = before;
    become(3, Standing.LEAVING);
    RingPlan other = requireNonNull(next(ids(1, 2, 3, 4), ids()));

    assertThat(RingPlan.generationOf(one.number()))
        .isEqualTo(RingPlan.generationOf(other.number()));
    assertThat(one.number()).isNotEqualTo(other.number());
  }

  @Test
  void one_on_an_empty_disk_is_admitted_again_when_it_is_ready() {
    begin(1, 2, 3);
    Member member = new Member(id(2), "127.0.0.1", 1, 2, 3, "", "");
    roster = roster.with(new MemberRecord(member, 77, Standing.IN, 9));

    assertThat(next(ids(1, 2, 3), ids(1, 3))).isNull();
    RingPlan plan = requireNonNull(next(ids(1, 2, 3), ids(1, 2, 3)));
    assertThat(plan.admitted()).containsEntry(id(2), 77L);
  }

  @Test
  void the_last_member_that_leaves_stays_until_there_is_another() {
    begin(1);
    become(1, Standing.LEAVING);
    assertThat(next(ids(1), ids(1))).isNull();

    become(2, Standing.IN);
    RingPlan plan = requireNonNull(next(ids(1, 2), ids(1)));
    assertThat(members(plan.served())).containsExactly(id(1));
    assertThat(members(requireNonNull(plan.next()))).containsExactly(id(2));
  }

  @Test
  void plans_are_made_by_the_first_that_is_served_where_most_of_those_are_in_reach() {
    begin(2, 3, 4);
    become(1, Standing.IN);
    RingPlan plan = requireNonNull(roster.plan());

    assertThat(Planner.claimant(roster, plan, ids(1, 2, 3))).isEqualTo(id(2));
    assertThat(Planner.claimant(roster, plan, ids(1, 3, 4))).isEqualTo(id(3));
    assertThat(Planner.claimant(roster, plan, ids(1, 2))).as("the others may plan too").isNull();
    become(2, Standing.REMOVED);
    become(3, Standing.REMOVED);
    assertThat(Planner.claimant(roster, plan, ids(1, 4))).isEqualTo(id(4));
    become(4, Standing.REMOVED);
    assertThat(Planner.claimant(roster, plan, ids(1))).isEqualTo(id(1));
  }

  @Test
  void of_two_plans_of_a_generation_one_that_is_settled_counts() {
    for (int other = 4; other < 40; other++) {
      begin(1, 2, 3);
      become(4, Standing.IN);
      RingPlan onTheWay = requireNonNull(next(ids(1, 2, 3, 4), ids()));
      RingPlan settled =
          onTheWay.followedBy(requireNonNull(onTheWay.next()), null, onTheWay.admitted());
      RingPlan competing =
          onTheWay.followedBy(onTheWay.served(), onTheWay.next(), Map.of(id(other), 1L));

      assertThat(roster.with(competing).with(settled).plan()).isEqualTo(settled);
      assertThat(roster.with(settled).with(competing).plan()).isEqualTo(settled);
      roster = Roster.empty(FACTS);
    }
  }
}
