package io.dynamokv.ring;

import static io.dynamokv.ring.RingFixtures.initial;
import static io.dynamokv.ring.RingFixtures.member;
import static io.dynamokv.ring.RingFixtures.members;
import static io.dynamokv.ring.RingFixtures.newlyPlacedPairs;
import static io.dynamokv.ring.RingFixtures.pairsOf;
import static io.dynamokv.ring.RingFixtures.worstDeviation;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Balance and movement over random sequences of joins and leaves. */
class TokenChurnPropertyTest {
  private static final int STEPS = 30;

  @Property(tries = 40)
  void shares_stay_fair_and_movement_low_whoever_comes_and_goes(
      @ForAll @IntRange(min = 2, max = 5) int replicas,
      @ForAll @IntRange(min = 3, max = 48) int start,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<RingMember> members = new ArrayList<>(members(start, 1));
    TokenTable table = initial(members, replicas);
    Ring ring = Ring.of(table, replicas);

    for (int step = 0; step < STEPS; step++) {
      Ring before = ring;
      if (members.size() == 3 || members.size() < 48 && random.nextBoolean()) {
        RingMember joiner = member(start + step, 1);
        members.add(joiner);
        table = TokenAllocator.join(table, joiner, replicas);
        ring = Ring.of(table, replicas);
        double fair = 1024.0 * Math.min(replicas, members.size()) / members.size();
        assertThat(newlyPlacedPairs(before, ring) / fair).isLessThan(1.2);
      } else {
        MemberId leaver = members.remove(random.nextInt(members.size())).id();
        table = TokenAllocator.leave(table, leaver, replicas);
        ring = Ring.of(table, replicas);
        assertThat((double) newlyPlacedPairs(before, ring) / pairsOf(before, leaver))
            .isLessThan(1.2);
      }
      assertThat(ring.members()).containsExactlyInAnyOrderElementsOf(members);
      assertThat(worstDeviation(ring)).isLessThan(0.1);
    }
  }

  /** One of each rack comes, or one of each goes. */
  @Property(tries = 40)
  void with_racks_that_are_equal_again_shares_are_fair_again(
      @ForAll @IntRange(min = 2, max = 5) int replicas,
      @ForAll @IntRange(min = 2, max = 5) int racks,
      @ForAll @IntRange(min = 1, max = 6) int rackSize,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<RingMember> members = new ArrayList<>(members(racks * rackSize, racks));
    TokenTable table = initial(members, replicas);

    for (int round = 0; round < STEPS / racks; round++) {
      boolean join = members.size() == racks || random.nextBoolean();
      for (int rack = 0; rack < racks; rack++) {
        if (join) {
          RingMember joiner = member(racks * (rackSize + round) + rack, racks);
          members.add(joiner);
          table = TokenAllocator.join(table, joiner, replicas);
        } else {
          RingMember leaver = anyIn(members, "rack-" + rack, random);
          members.remove(leaver);
          table = TokenAllocator.leave(table, leaver.id(), replicas);
        }
      }
      assertThat(worstDeviation(Ring.of(table, replicas))).isLessThan(0.1);
    }
  }

  /** Then an equal share may be impossible, but movement is still bounded. */
  @Property(tries = 30)
  void with_racks_of_any_size_movement_stays_low(
      @ForAll @IntRange(min = 2, max = 5) int replicas,
      @ForAll @IntRange(min = 2, max = 6) int racks,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<RingMember> members = new ArrayList<>();
    members.add(new RingMember(RingFixtures.id(0), "rack-0"));
    TokenTable table = initial(members, replicas);
    Ring ring = Ring.of(table, replicas);

    for (int step = 1; step <= STEPS; step++) {
      Ring before = ring;
      int unavoidable;
      if (members.size() < 3 || random.nextInt(3) > 0) {
        RingMember joiner = new RingMember(RingFixtures.id(step), "rack-" + random.nextInt(racks));
        members.add(joiner);
        table = TokenAllocator.join(table, joiner, replicas);
        ring = Ring.of(table, replicas);
        unavoidable = pairsOf(ring, joiner.id());
      } else {
        MemberId leaver = members.remove(random.nextInt(members.size())).id();
        table = TokenAllocator.leave(table, leaver, replicas);
        ring = Ring.of(table, replicas);
        unavoidable = pairsOf(before, leaver);
      }
      assertThat((double) newlyPlacedPairs(before, ring) / unavoidable).isLessThan(1.3);
    }
  }

  private static RingMember anyIn(List<RingMember> members, String rack, Random random) {
    List<RingMember> there = members.stream().filter(member -> member.rack().equals(rack)).toList();
    return there.get(random.nextInt(there.size()));
  }
}
