package io.dynamokv.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * A PUT under any events at all, in any order, early, late and twice, against an oracle that works
 * everything out anew from the list of what has happened.
 */
class PutMachinePropertyTest {
  private static final byte[] STATE = {1};

  record Case(
      List<MemberId> holders,
      MemberId self,
      int wanted,
      Set<MemberId> reachable,
      List<PutEvent> events,
      List<PutEvent> afterTheEnd) {}

  @Provide
  Arbitrary<Case> cases() {
    return Arbitraries.integers().between(1, 5).flatMap(PutMachinePropertyTest::casesOf);
  }

  private static Arbitrary<Case> casesOf(int count) {
    List<MemberId> holders = Members.holders(count);
    return Arbitraries.of(holders)
        .flatMap(
            self ->
                Combinators.combine(
                        Arbitraries.integers().between(1, count),
                        Members.views(holders, self),
                        events(holders, self).list().ofMaxSize(25),
                        events(holders, self).list().ofMaxSize(5))
                    .as(
                        (wanted, reachable, events, late) ->
                            new Case(holders, self, wanted, reachable, events, late)));
  }

  private static Arbitrary<PutEvent> events(List<MemberId> holders, MemberId self) {
    Arbitrary<MemberId> replica = Members.oneOf(holders);
    return Arbitraries.frequencyOf(
        Tuple.of(4, Arbitraries.just(new PutEvent.LocalApplied(Version.NONE, STATE))),
        Tuple.of(4, Arbitraries.just(new PutEvent.LocalStored())),
        Tuple.of(1, Arbitraries.just(new PutEvent.LocalStale())),
        Tuple.of(1, Arbitraries.just(new PutEvent.LocalUncertain())),
        Tuple.of(1, Arbitraries.of(Failure.values()).map(PutEvent.LocalFailed::new)),
        Tuple.of(9, replica.map(PutEvent.ReplicaStored::new)),
        Tuple.of(3, replica.map(who -> new PutEvent.ReplicaFailed(who, Failure.OVERLOADED))),
        Tuple.of(2, Members.views(holders, self).map(PutEvent.ViewChanged::new)),
        Tuple.of(3, Arbitraries.just(new PutEvent.ReplicaTimeout())));
  }

  /** What has happened so far, and what must have been said by now. */
  private static final class Oracle {
    private final Case given;
    private final Set<MemberId> stored = new HashSet<>();
    private final Set<MemberId> lost = new HashSet<>();
    private Set<MemberId> reachable;
    private @Nullable PutOutcome said;
    private boolean applied;
    private boolean finished;

    /** The end was looked at. */
    private boolean hasEnded;

    private Oracle(Case given) {
      this.given = given;
      this.reachable = given.reachable;
      long present = given.holders.stream().filter(reachable::contains).count();
      if (present < given.wanted) {
        said = new PutOutcome.NotEnoughReplicas(given.wanted, (int) present);
        finished = true;
      }
    }

    private void hear(PutEvent event) {
      boolean timeout =
          event instanceof PutEvent.ReplicaTimeout || event instanceof PutEvent.RequestTimeout;
      finished |= timeout && said != null;
      if (event instanceof PutEvent.ViewChanged view) {
        reachable = view.reachable();
      } else if (event instanceof PutEvent.RequestTimeout && said == null) {
        said = new PutOutcome.Unknown(given.wanted, stored.size());
      } else if (!applied && said == null) {
        hearLocal(event);
      } else if (event instanceof PutEvent.LocalStored) {
        stored.add(given.self);
      } else if (event instanceof PutEvent.LocalUncertain) {
        lost.add(given.self);
      } else if (event instanceof PutEvent.ReplicaStored replica
          && given.holders.contains(replica.replica())) {
        stored.add(replica.replica());
      } else if (event instanceof PutEvent.ReplicaFailed replica) {
        lost.add(replica.replica());
      }
      conclude();
    }

    private void hearLocal(PutEvent event) {
      if (event instanceof PutEvent.LocalApplied) {
        applied = true;
      } else if (event instanceof PutEvent.LocalStale) {
        said = new PutOutcome.Stale();
      } else if (event instanceof PutEvent.LocalFailed failed) {
        said = new PutOutcome.NotStored(failed.failure());
      } else if (event instanceof PutEvent.LocalUncertain) {
        said = new PutOutcome.Unknown(given.wanted, 0);
      }
    }

    private void conclude() {
      if (applied) {
        given.holders.stream().filter(holder -> !reachable.contains(holder)).forEach(lost::add);
        lost.removeAll(stored);
      }
      if (said == null && applied) {
        long possible = given.holders.stream().filter(holder -> !lost.contains(holder)).count();
        if (stored.size() >= given.wanted) {
          said = new PutOutcome.Stored(Version.NONE);
        } else if (possible < given.wanted) {
          said = new PutOutcome.Unknown(given.wanted, stored.size());
        }
      }
      boolean waitsForMore = said instanceof PutOutcome.Stored;
      finished |= said != null && (!waitsForMore || silent().isEmpty());
    }

    /** Who is still to be sent to: this node is not. */
    private List<MemberId> silentOthers() {
      return silent().stream().filter(holder -> !holder.equals(given.self)).toList();
    }

    /** Who has not answered, has not failed, and can be reached. */
    private List<MemberId> silent() {
      return given.holders.stream()
          .filter(holder -> !stored.contains(holder) && !lost.contains(holder))
          .toList();
    }
  }

  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
  void a_put_says_what_it_must_when_it_must_and_nothing_else(@ForAll("cases") Case given) {
    PutMachine machine =
        new PutMachine(given.self, given.holders, List.of(), given.wanted, given.reachable);
    Oracle oracle = new Oracle(given);
    List<PutOutcome> said = new ArrayList<>();
    List<PutEvent> events = new ArrayList<>(given.events);
    events.add(new PutEvent.RequestTimeout());
    events.addAll(given.afterTheEnd);

    Step<PutCommand, PutOutcome> step = machine.start();
    note(step, said, oracle);
    for (PutEvent event : events) {
      boolean finished = step.finished();
      if (!finished) {
        oracle.hear(event);
      }

      step = machine.on(event);

      note(step, said, oracle);
      if (finished) {
        assertThat(step.outcome()).isNull();
        boolean late = event instanceof PutEvent.LocalApplied && !oracle.applied;
        oracle.applied |= late;
        oracle.hasEnded &= !late;
      }
      checkCommands(event, step, oracle);
    }

    assertThat(step.finished()).isTrue();
    assertThat(said).hasSize(1);
  }

  private static void note(
      Step<PutCommand, PutOutcome> step, List<PutOutcome> said, Oracle oracle) {
    PutOutcome outcome = step.outcome();
    if (outcome != null) {
      said.add(outcome);
    }
    assertThat(said).isEqualTo(oracle.said == null ? List.of() : List.of(oracle.said));
    assertThat(step.finished()).isEqualTo(oracle.finished);
  }

  private static void checkCommands(
      PutEvent event, Step<PutCommand, PutOutcome> step, Oracle oracle) {
    if (step.finished()) {
      checkOwed(step, oracle);
      return;
    }
    if (!step.commands().isEmpty()) {
      assertThat(event).isInstanceOfAny(PutEvent.LocalApplied.class, PutEvent.ReplicaTimeout.class);
      assertThat(oracle.applied).as("applied before it is sent").isTrue();
    }
    if (event instanceof PutEvent.ReplicaTimeout && !step.finished() && oracle.applied) {
      assertThat(step.commands())
          .as("sent again to all that are silent")
          .hasSameSizeAs(oracle.silentOthers());
    }
    if (!step.commands().isEmpty()) {
      assertThat(step.commands().stream().map(PutCommand.Replicate.class::cast))
          .allMatch(command -> command.state() == STATE)
          .extracting(PutCommand.Replicate::replica)
          .isEqualTo(oracle.silentOthers());
    }
  }

  /** At the end, and only there, once: all others that have not stored what is applied here. */
  private static void checkOwed(Step<PutCommand, PutOutcome> step, Oracle oracle) {
    List<PutCommand> owed =
        oracle.given.holders.stream()
            .filter(holder -> !holder.equals(oracle.given.self) && !oracle.stored.contains(holder))
            .map(holder -> (PutCommand) new PutCommand.Owe(holder))
            .toList();
    List<PutCommand> said =
        step.commands().stream().filter(PutCommand.Owe.class::isInstance).toList();
    assertThat(said).isEqualTo(oracle.applied && !oracle.hasEnded ? owed : List.of());
    oracle.hasEnded = true;
  }
}
