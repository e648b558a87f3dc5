package io.dynamokv.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HolderRuleTest {
  @Test
  void without_racks_all_are_equal() {
    assertThat(fair(3, 5)).containsExactly(0.6, 0.6, 0.6, 0.6, 0.6);
  }

  @Test
  void with_fewer_members_than_replicas_every_member_holds_everything() {
    assertThat(fair(5, 2, 1)).containsExactly(1, 1, 1);
  }

  @Test
  void with_as_many_racks_as_replicas_each_rack_holds_everything_once() {
    assertThat(fair(3, 4, 2, 1)).containsExactly(0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 1);
  }

  @Test
  void with_fewer_racks_than_replicas_the_last_round_makes_them_as_equal_as_it_can() {
    // One holder in each rack; the third comes from the larger rack, for it is less burdened.
    assertThat(fair(3, 4, 2)).containsExactly(new double[] {.5, .5, .5, .5, .5, .5}, within(1e-9));
    double third = 1 / 3.0;
    assertThat(fair(3, 6, 1))
        .containsExactly(new double[] {third, third, third, third, third, third, 1}, within(1e-9));
  }

  @Test
  void with_more_racks_than_replicas_a_large_rack_holds_everything_at_most_once() {
    double[] fair = fair(2, 8, 1, 1);

    assertThat(fair[0] * 8).isEqualTo(1, within(1e-9));
    assertThat(fair[8]).isEqualTo(0.5, within(1e-9));
  }

  @Test
  void no_replica_at_all_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HolderRule.of(RingFixtures.members(3, 1), 0))
        .withMessageContaining("at least one replica: 0");
  }

  @Property
  void fair_holdings_add_up_to_the_replicas(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 12) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 8) int replicas) {
    HolderRule rule = HolderRule.of(membersOf(sizes), replicas);

    double[] fair = rule.fairHoldings();

    assertThat(Arrays.stream(fair).sum()).isEqualTo(rule.holders(), within(1e-9));
    assertThat(Arrays.stream(fair).max().orElseThrow()).isLessThanOrEqualTo(1);
  }

  private static double[] fair(int replicas, Integer... sizes) {
    return HolderRule.of(membersOf(List.of(sizes)), replicas).fairHoldings();
  }

  private static List<RingMember> membersOf(List<Integer> sizes) {
    List<RingMember> members = new ArrayList<>();
    for (int rack = 0; rack < sizes.size(); rack++) {
      for (int i = 0; i < sizes.get(rack); i++) {
        members.add(new RingMember(RingFixtures.id(members.size()), "rack-" + rack));
      }
    }
    return members;
  }
}
