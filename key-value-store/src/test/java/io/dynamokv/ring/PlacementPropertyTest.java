package io.dynamokv.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PlacementPropertyTest {
  @Property(tries = 300)
  void the_cost_of_changed_owners_is_that_of_owners_which_were_never_different(
      @ForAll @IntRange(min = 1, max = 12) int members,
      @ForAll @IntRange(min = 1, max = 5) int racks,
      @ForAll @IntRange(min = 1, max = 6) int replicas,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<RingMember> ring = RingFixtures.members(members, racks);
    HolderRule rule = HolderRule.of(ring, replicas);
    BitSet free = BitSet.valueOf(new long[] {random.nextLong(), random.nextLong()});
    int[] owners = random.ints(32, Placement.NOBODY, members).toArray();
    Placement changed = new Placement(rule, owners.clone(), free);

    for (int change = 0; change < 40; change++) {
      int token = random.nextInt(owners.length);
      owners[token] = random.nextInt(members + 1) - 1;
      changed.assign(token, owners[token]);
    }

    Placement fresh = new Placement(rule, owners, free);
    assertThat(changed.owners()).isEqualTo(owners);
    assertThat(changed.cost()).isEqualTo(fresh.cost());
    assertThat(changed.moved()).isEqualTo(fresh.moved());
    for (int member = 0; member < members; member++) {
      assertThat(changed.holdings().of(member)).isEqualTo(fresh.holdings().of(member));
    }
    for (int token = 0; token < owners.length; token++) {
      assertThat(changed.isMovable(token)).isEqualTo(fresh.isMovable(token));
      assertThat(changed.isStretched(token)).isEqualTo(fresh.isStretched(token));
    }
  }
}
