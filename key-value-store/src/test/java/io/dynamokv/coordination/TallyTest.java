package io.dynamokv.coordination;

import static io.dynamokv.coordination.Members.A;
import static io.dynamokv.coordination.Members.ABC;
import static io.dynamokv.coordination.Members.B;
import static io.dynamokv.coordination.Members.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class TallyTest {
  record Report(MemberId replica, boolean succeeded) {}

  record Case(List<MemberId> holders, int wanted, List<Report> reports) {}

  @Provide
  Arbitrary<Case> cases() {
    return Arbitraries.integers().between(1, 7).flatMap(TallyTest::casesOf);
  }

  private static Arbitrary<Case> casesOf(int count) {
    List<MemberId> holders = Members.holders(count);
    Arbitrary<List<Report>> reports =
        Combinators.combine(Members.oneOf(holders), Arbitraries.of(true, false))
            .as(Report::new)
            .list()
            .ofMaxSize(3 * count);
    Arbitrary<Integer> wanted = Arbitraries.integers().between(1, count);
    return Combinators.combine(Arbitraries.just(holders), wanted, reports).as(Case::new);
  }

  /** The same by counting everything anew each time: slow, and too simple to be wrong. */
  private static final class NaiveTally {
    private final Case given;
    private final Set<MemberId> succeeded = new LinkedHashSet<>();
    private final Set<MemberId> failed = new LinkedHashSet<>();

    private NaiveTally(Case given) {
      this.given = given;
    }

    private boolean add(Report report) {
      boolean counts =
          given.holders.contains(report.replica)
              && !succeeded.contains(report.replica)
              && (report.succeeded || !failed.contains(report.replica));
      if (counts) {
        failed.remove(report.replica);
        (report.succeeded ? succeeded : failed).add(report.replica);
      }
      return counts;
    }

    private List<MemberId> open() {
      return given.holders.stream()
          .filter(holder -> !succeeded.contains(holder) && !failed.contains(holder))
          .toList();
    }
  }

  @Property(tries = 1000)
  void a_tally_counts_like_one_that_counts_anew_each_time(@ForAll("cases") Case given) {
    Tally tally = new Tally(given.wanted, given.holders, List.of());
    NaiveTally naive = new NaiveTally(given);

    for (Report report : given.reports) {
      boolean counted =
          report.succeeded ? tally.succeed(report.replica) : tally.giveUp(report.replica);

      assertThat(counted).isEqualTo(naive.add(report));
      assertThat(tally.succeeded()).isEqualTo(naive.succeeded.size());
      assertThat(tally.awaitedHolders()).isEqualTo(naive.open());
      assertThat(tally.isReached()).isEqualTo(naive.succeeded.size() >= given.wanted);
      assertThat(tally.isOutOfReach())
          .isEqualTo(given.holders.size() - naive.failed.size() < given.wanted);
      assertThat(tally.isComplete()).isEqualTo(naive.open().isEmpty());
    }
  }

  @Test
  void success_counts_once() {
    Tally tally = new Tally(2, ABC, List.of());

    assertThat(tally.succeed(A)).isTrue();
    assertThat(tally.succeed(A)).isFalse();
    assertThat(tally.isReached()).isFalse();
  }

  @Test
  void success_is_final() {
    Tally tally = new Tally(1, ABC, List.of());
    tally.succeed(A);

    assertThat(tally.giveUp(A)).isFalse();
    assertThat(tally.isReached()).isTrue();
  }

  @Test
  void a_replica_that_was_given_up_counts_when_it_answers_after_all() {
    Tally tally = new Tally(3, ABC, List.of());
    tally.giveUp(B);
    assertThat(tally.isOutOfReach()).isTrue();

    assertThat(tally.succeed(B)).isTrue();

    assertThat(tally.isOutOfReach()).isFalse();
  }

  @Test
  void who_holds_nothing_counts_for_nothing() {
    Tally tally = new Tally(1, ABC, List.of());

    assertThat(tally.succeed(STRANGER)).isFalse();
    assertThat(tally.giveUp(STRANGER)).isFalse();
    assertThat(tally.awaitedHolders()).isEqualTo(ABC);
  }
}
