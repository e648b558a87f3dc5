package io.dynamokv.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What must hold of a PUT with fallbacks, whatever happens to it in whatever order. */
class StandInPropertyTest {
  private static final byte[] STATE = {1, 2, 3};

  record Case(
      List<MemberId> holders,
      List<MemberId> fallbacks,
      int wanted,
      Set<MemberId> reachable,
      List<PutEvent> events) {
    MemberId self() {
      return holders.get(0);
    }
  }

  @Provide
  Arbitrary<Case> cases() {
    return Arbitraries.integers()
        .between(1, 4)
        .flatMap(
            holders ->
                Arbitraries.integers()
                    .between(0, 4)
                    .flatMap(fallbacks -> casesOf(holders, fallbacks)));
  }

  private static Arbitrary<Case> casesOf(int holderCount, int fallbackCount) {
    List<MemberId> holders = Members.holders(holderCount);
    List<MemberId> fallbacks =
        IntStream.range(0, fallbackCount).mapToObj(i -> new MemberId("other-" + i)).toList();
    List<MemberId> all = new ArrayList<>(holders);
    all.addAll(fallbacks);
    return Combinators.combine(
            Arbitraries.integers().between(1, holderCount),
            Members.views(all, holders.get(0)),
            events(all, holders.get(0)).list().ofMaxSize(25))
        .as((wanted, reachable, events) -> new Case(holders, fallbacks, wanted, reachable, events));
  }

  private static Arbitrary<PutEvent> events(List<MemberId> all, MemberId self) {
    Arbitrary<MemberId> replica = Members.oneOf(all);
    return Arbitraries.frequencyOf(
        Tuple.of(5, Arbitraries.just(new PutEvent.LocalApplied(Version.NONE, STATE))),
        Tuple.of(4, Arbitraries.just(new PutEvent.LocalStored())),
        Tuple.of(1, Arbitraries.just(new PutEvent.LocalUncertain())),
        Tuple.of(9, replica.map(PutEvent.ReplicaStored::new)),
        Tuple.of(
            5,
            Combinators.combine(replica, Arbitraries.of(Failure.values()))
                .as(PutEvent.ReplicaFailed::new)),
        Tuple.of(3, Members.views(all, self).map(PutEvent.ViewChanged::new)),
        Tuple.of(3, Arbitraries.just(new PutEvent.ReplicaTimeout())));
  }

  /** What was seen from outside. */
  private static final class Observer {
    private final Case given;
    private final Map<MemberId, MemberId> standsInFor = new HashMap<>();
    private final Set<MemberId> stored = new HashSet<>();
    private final List<MemberId> owed = new ArrayList<>();
    private boolean applied;
    private boolean ended;

    private Observer(Case given) {
      this.given = given;
    }

    private void hear(PutEvent event) {
      if (event instanceof PutEvent.LocalApplied) {
        applied = true;
      } else if (applied && event instanceof PutEvent.LocalStored) {
        stored.add(given.self());
      } else if (applied
          && event instanceof PutEvent.ReplicaStored replica
          && isAsked(replica.replica())) {
        stored.add(replica.replica());
      }
    }

    private boolean isAsked(MemberId replica) {
      return given.holders.contains(replica) || standsInFor.containsKey(replica);
    }

    /** The holders whose part was done, by themselves or by one in their place. */
    private Set<MemberId> done() {
      Set<MemberId> done = new HashSet<>();
      for (MemberId replica : stored) {
        MemberId holder = standsInFor.getOrDefault(replica, replica);
        if (given.holders.contains(holder)) {
          done.add(holder);
        }
      }
      return done;
    }

    private void see(Step<PutCommand, PutOutcome> step) {
      if (step.outcome() instanceof PutOutcome.Stored) {
        assertThat(done().size()).as("enough have it").isGreaterThanOrEqualTo(given.wanted);
      } else if (step.outcome() instanceof PutOutcome.Unknown) {
        assertThat(done().size()).as("too few have it").isLessThan(given.wanted);
      }
      Set<MemberId> doneBefore = done();
      step.commands().forEach(this::see);
      if (step.finished() && applied && !ended) {
        List<MemberId> missing = new ArrayList<>(given.holders);
        missing.removeAll(doneBefore);
        missing.remove(given.self());
        assertThat(owed).as("owed to all that are not served").isEqualTo(missing);
      }
      ended |= step.finished();
    }

    private void see(PutCommand command) {
      if (command instanceof PutCommand.Replicate replicate) {
        assertThat(given.holders).contains(replicate.replica());
      } else if (command instanceof PutCommand.StandIn standIn) {
        assertThat(given.fallbacks).contains(standIn.fallback());
        assertThat(given.holders).contains(standIn.holder());
        MemberId before = standsInFor.put(standIn.fallback(), standIn.holder());
        assertThat(before).as("stands in for one").isIn(null, standIn.holder());
      } else if (command instanceof PutCommand.Owe owe) {
        owed.add(owe.replica());
      }
    }
  }

  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
  void a_quorum_is_of_as_many_nodes_and_whoever_is_not_served_is_owed(@ForAll("cases") Case given) {
    PutMachine machine =
        new PutMachine(given.self(), given.holders, given.fallbacks, given.wanted, given.reachable);
    Observer observer = new Observer(given);
    List<PutEvent> events = new ArrayList<>(given.events);
    events.add(new PutEvent.RequestTimeout());
    int outcomes = 0;

    Step<PutCommand, PutOutcome> step = machine.start();
    for (PutEvent event : events) {
      outcomes += step.outcome() == null ? 0 : 1;
      if (step.finished()) {
        break;
      }
      observer.hear(event);
      step = machine.on(event);
      observer.see(step);
    }

    assertThat(step.finished()).isTrue();
    assertThat(outcomes + (step.outcome() == null ? 0 : 1)).isGreaterThan(0);
  }
}
