package io.dynamokv.ring;

import static io.dynamokv.ring.RingFixtures.id;
import static io.dynamokv.ring.RingFixtures.initial;
import static io.dynamokv.ring.RingFixtures.member;
import static io.dynamokv.ring.RingFixtures.members;
import static io.dynamokv.ring.RingFixtures.newlyPlacedPairs;
import static io.dynamokv.ring.RingFixtures.pairsOf;
import static io.dynamokv.ring.RingFixtures.worstDeviation;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Balance and movement at every size from 3 to 64, with equal members and 1024 partitions. */
class TokenBalanceTest {
  private static final int LARGEST = 64;
  private static final double MOST_DEVIATION = 0.1;
  private static final double MOST_MOVEMENT = 1.2;

  @ParameterizedTest
  @CsvSource({
    "2, 1", "3, 1", "4, 1", "5, 1", "3, 2", "3, 3", "3, 4", "3, 5", "2, 3", "4, 3", "5, 4"
  })
  void members_that_begin_together_have_fair_shares(int replicas, int racks) {
    for (int size = smallest(racks); size <= LARGEST; size += racks) {
      Ring ring = Ring.of(initial(members(size, racks), replicas), replicas);

      assertThat(worstDeviation(ring)).as("%d members", size).isLessThan(MOST_DEVIATION);
      assertHoldersAreInDifferentRacks(ring, racks);
    }
  }

  /** All join one by one, then leave one by one, not in the order in which they came. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5})
  void shares_stay_fair_and_movement_low_while_members_come_and_go(int replicas) {
    TokenTable table = initial(members(1, 1), replicas);
    Ring ring = Ring.of(table, replicas);

    for (int size = 1; size < LARGEST; size++) {
      table = TokenAllocator.join(table, member(size, 1), replicas);
      ring = checkedJoin(ring, Ring.of(table, replicas));
    }
    for (int size = LARGEST; size > 3; size--) {
      // 37 and 64 have no common factor, so every member comes once.
      MemberId leaver = id(37 * size % LARGEST);
      table = TokenAllocator.leave(table, leaver, replicas);
      ring = checkedLeave(ring, Ring.of(table, replicas), leaver);
    }
  }

  /** Racks are equally large after every round of joins and before every round of leaves. */
  @ParameterizedTest
  @CsvSource({"3, 2", "3, 3", "3, 4", "3, 5", "2, 3", "4, 3", "4, 5", "5, 2"})
  void with_equal_racks_the_same_holds(int replicas, int racks) {
    int largest = LARGEST / racks * racks;
    TokenTable table = initial(members(racks, racks), replicas);
    Ring ring = Ring.of(table, replicas);

    for (int size = racks; size < largest; size++) {
      table = TokenAllocator.join(table, member(size, racks), replicas);
      Ring joined = Ring.of(table, replicas);
      boolean equal = (size + 1) % racks == 0;
      ring = equal ? checkedJoin(ring, joined) : joined;
      assertHoldersAreInDifferentRacks(ring, racks);
    }
    for (int size = largest; size > racks; size--) {
      MemberId leaver = id(size - 1);
      table = TokenAllocator.leave(table, leaver, replicas);
      Ring left = Ring.of(table, replicas);
      assertHoldersAreInDifferentRacks(left, racks);
      if (size % racks == 0) {
        assertThat(movementOfLeave(ring, left, leaver)).isLessThan(MOST_MOVEMENT);
      }
      if ((size - 1) % racks == 0) {
        assertThat(worstDeviation(left)).isLessThan(MOST_DEVIATION);
      }
      ring = left;
    }
  }

  private static Ring checkedJoin(Ring before, Ring after) {
    int size = after.members().size();
    double fair = 1024.0 * Math.min(after.replicas(), size) / size;
    assertThat(newlyPlacedPairs(before, after) / fair)
        .as("movement of a join to %d", size)
        .isLessThan(MOST_MOVEMENT);
    if (size >= 3) {
      assertThat(worstDeviation(after))
          .as("deviation after a join to %d", size)
          .isLessThan(MOST_DEVIATION);
    }
    return after;
  }

  private static Ring checkedLeave(Ring before, Ring after, MemberId leaver) {
    int size = after.members().size();
    assertThat(movementOfLeave(before, after, leaver))
        .as("movement of a leave to %d", size)
        .isLessThan(MOST_MOVEMENT);
    assertThat(worstDeviation(after))
        .as("deviation after a leave to %d", size)
        .isLessThan(MOST_DEVIATION);
    return after;
  }

  private static double movementOfLeave(Ring before, Ring after, MemberId leaver) {
    return (double) newlyPlacedPairs(before, after) / pairsOf(before, leaver);
  }

  private static int smallest(int racks) {
    return racks * ((3 + racks - 1) / racks);
  }

  private static void assertHoldersAreInDifferentRacks(Ring ring, int racks) {
    int expected = Math.min(racks, Math.min(ring.replicas(), ring.members().size()));
    for (int partition = 0; partition < ring.partitions().count(); partition++) {
      List<MemberId> holders = ring.preferenceListOf(partition).holders();
      Set<Integer> used = new HashSet<>();
      for (MemberId holder : holders) {
        used.add(Integer.parseInt(holder.value().substring("node-".length())) % racks);
      }
      assertThat(used).hasSize(expected);
      assertThat(new HashSet<>(holders)).hasSameSizeAs(holders);
    }
  }
}
