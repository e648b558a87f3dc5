package io.dynamokv.version;

import static io.dynamokv.version.Samples.A;
import static io.dynamokv.version.Samples.B;
import static io.dynamokv.version.Samples.C;
import static io.dynamokv.version.Samples.clock;
import static io.dynamokv.version.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple3;
import org.junit.jupiter.api.Test;

class VectorClockTest {
  private static final int ACTORS = 14;
  private static final int WRITES = 4;

  /**
   * Three clocks of one key. Each actor has written a few times, at times that never go back, and
   * each clock has seen any number of each actor's writes.
   */
  @Provide
  Arbitrary<Tuple3<VectorClock, VectorClock, VectorClock>> threeOfOneKey() {
    Arbitrary<List<List<Integer>>> times =
        Arbitraries.integers()
            .between(0, 8)
            .list()
            .ofSize(WRITES)
            .map(VectorClockTest::sorted)
            .list()
            .ofSize(ACTORS);
    Arbitrary<List<Integer>> seen = Arbitraries.integers().between(0, WRITES).list().ofSize(ACTORS);
    return Combinators.combine(times, seen, seen, seen)
        .as((at, a, b, c) -> Tuple.of(clockOf(at, a), clockOf(at, b), clockOf(at, c)));
  }

  private static List<Integer> sorted(List<Integer> times) {
    List<Integer> sorted = new ArrayList<>(times);
    Collections.sort(sorted);
    return sorted;
  }

  private static VectorClock clockOf(List<List<Integer>> times, List<Integer> seen) {
    List<ClockEntry> entries = new ArrayList<>();
    for (int actor = 0; actor < ACTORS; actor++) {
      int counter = seen.get(actor);
      if (counter > 0) {
        entries.add(entry(new Actor(actor, 1), counter, times.get(actor).get(counter - 1)));
      }
    }
    return VectorClock.of(entries);
  }

  @Property(tries = 1000)
  void join_is_a_join_even_where_it_trims(
      @ForAll("threeOfOneKey") Tuple3<VectorClock, VectorClock, VectorClock> clocks) {
    VectorClock a = clocks.get1();
    VectorClock b = clocks.get2();
    VectorClock c = clocks.get3();

    assertThat(a.join(a)).isEqualTo(a);
    assertThat(a.join(b)).isEqualTo(b.join(a));
    assertThat(a.join(b).join(c)).isEqualTo(a.join(b.join(c)));
    assertThat(a.join(b).join(a)).isEqualTo(a.join(b));
    assertThat(a.join(VectorClock.EMPTY)).isEqualTo(a);
    assertThat(VectorClock.EMPTY.join(a)).isEqualTo(a);
  }

  @Property(tries = 1000)
  void a_join_covers_nothing_that_neither_covered_and_all_that_either_did_unless_it_trims(
      @ForAll("threeOfOneKey") Tuple3<VectorClock, VectorClock, VectorClock> clocks) {
    VectorClock a = clocks.get1();
    VectorClock b = clocks.get2();

    VectorClock joined = a.join(b);

    for (int actor = 0; actor < ACTORS; actor++) {
      for (int counter = 1; counter <= WRITES; counter++) {
        Dot dot = new Dot(new Actor(actor, 1), counter);
        boolean eitherCovers = a.covers(dot) || b.covers(dot);
        if (joined.entries().size() < VectorClock.MAX_ENTRIES) {
          assertThat(joined.covers(dot)).isEqualTo(eitherCovers);
        } else if (joined.covers(dot)) {
          assertThat(eitherCovers).isTrue();
        }
      }
    }
  }

  @Test
  void a_clock_covers_the_writes_of_an_actor_up_to_its_entry() {
    VectorClock clock = clock(entry(A, 5, 1));

    assertThat(clock.covers(new Dot(A, 1))).isTrue();
    assertThat(clock.covers(new Dot(A, 5))).isTrue();
    assertThat(clock.covers(new Dot(A, 6))).isFalse();
    assertThat(clock.covers(new Dot(B, 1))).isFalse();
    assertThat(clock.covers(new Dot(new Actor(A.node(), 2), 1))).isFalse();
  }

  @Test
  void entries_are_newest_first_and_of_the_same_age_in_the_order_of_their_actors() {
    VectorClock clock = clock(entry(C, 1, 10), entry(A, 1, 10), entry(B, 1, 11));

    assertThat(clock.entries()).containsExactly(entry(B, 1, 11), entry(A, 1, 10), entry(C, 1, 10));
  }

  @Test
  void an_actor_that_comes_twice_has_one_entry_that_covers_both() {
    assertThat(clock(entry(A, 7, 10), entry(A, 3, 12)).entries()).containsExactly(entry(A, 7, 12));
  }

  /** Dynamo, section 4.4: the oldest pair is removed when there are more than a threshold. */
  @Test
  void paper_4_4_a_clock_beyond_ten_entries_loses_its_oldest() {
    List<ClockEntry> entries = new ArrayList<>();
    IntStream.rangeClosed(1, 12).forEach(i -> entries.add(entry(new Actor(i, 1), 1, 100 - i)));

    VectorClock clock = VectorClock.of(entries);

    assertThat(clock.entries()).isEqualTo(entries.subList(0, 10));
  }

  @Test
  void a_clock_with_one_more_write_covers_that_write() {
    assertThat(clock(entry(A, 1, 1)).with(new Dot(B, 4), 2))
        .isEqualTo(clock(entry(A, 1, 1), entry(B, 4, 2)));
    assertThat(clock(entry(A, 1, 1)).with(new Dot(A, 4), 2)).isEqualTo(clock(entry(A, 4, 2)));
  }
}
