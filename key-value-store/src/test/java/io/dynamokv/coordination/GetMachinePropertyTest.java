package io.dynamokv.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.KeyState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * A GET under any events at all, in any order, early, late and twice, against an oracle that works
 * everything out anew from what has happened.
 */
class GetMachinePropertyTest {
  record Case(
      List<MemberId> holders,
      MemberId self,
      int wanted,
      Set<MemberId> reachable,
      List<GetEvent> events,
      List<GetEvent> afterTheEnd) {}

  @Provide
  Arbitrary<Case> cases() {
    return Arbitraries.integers().between(1, 5).flatMap(GetMachinePropertyTest::casesOf);
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

  private static Arbitrary<GetEvent> events(List<MemberId> holders, MemberId self) {
    Arbitrary<MemberId> replica = Members.oneOf(holders);
    Arbitrary<KeyState> state = Arbitraries.of(States.ANY);
    return Arbitraries.frequencyOf(
        Tuple.of(4, state.map(GetEvent.LocalRead::new)),
        Tuple.of(1, Arbitraries.of(Failure.values()).map(GetEvent.LocalFailed::new)),
        Tuple.of(6, Combinators.combine(replica, state).as(GetEvent.ReplicaRead::new)),
        Tuple.of(4, replica.map(GetEvent.ReplicaSame::new)),
        Tuple.of(3, replica.map(who -> new GetEvent.ReplicaFailed(who, Failure.OVERLOADED))),
        Tuple.of(2, Members.views(holders, self).map(GetEvent.ViewChanged::new)),
        Tuple.of(3, Arbitraries.just(new GetEvent.ReplicaTimeout())));
  }

  /** What has happened so far, and what must have been said by now. */
  private static final class Oracle {
    private final Case given;
    private final Map<MemberId, KeyState> answers = new LinkedHashMap<>();
    private final Set<MemberId> lost = new HashSet<>();
    private @Nullable KeyState local;
    private boolean ownCounts;
    private Set<MemberId> reachable;
    private @Nullable GetOutcome said;
    private boolean finished;

    private Oracle(Case given) {
      this.given = given;
      this.reachable = given.reachable;
      long present = given.holders.stream().filter(reachable::contains).count();
      if (present < given.wanted) {
        said = new GetOutcome.NotEnoughReplicas(given.wanted, (int) present);
        finished = true;
      }
    }

    private void hear(GetEvent event) {
      boolean requestTimeout = event instanceof GetEvent.RequestTimeout;
      finished |= requestTimeout || (event instanceof GetEvent.ReplicaTimeout && said != null);
      if (requestTimeout && said == null) {
        said = new GetOutcome.TimedOut(given.wanted, answers.size());
      } else if (event instanceof GetEvent.ViewChanged view) {
        reachable = view.reachable();
      } else if (local == null) {
        hearLocal(event);
      } else {
        hearRemote(event, local);
      }
      conclude();
    }

    private void hearLocal(GetEvent event) {
      if (event instanceof GetEvent.LocalRead read) {
        local = read.state();
        ownCounts = true;
        answers.put(given.self, read.state());
      } else if (event instanceof GetEvent.LocalFailed
          || event instanceof GetEvent.ReplicaTimeout) {
        local = KeyState.EMPTY;
        lost.add(given.self);
      }
    }

    private void hearRemote(GetEvent event, KeyState own) {
      if (event instanceof GetEvent.ReplicaRead read) {
        answer(read.replica(), read.state());
      } else if (event instanceof GetEvent.ReplicaSame same) {
        if (ownCounts) {
          answer(same.replica(), own);
        } else {
          lost.add(same.replica()); // The same as nothing that counts.
        }
      } else if (event instanceof GetEvent.ReplicaFailed failed) {
        lost.add(failed.replica());
      }
    }

    private void answer(MemberId replica, KeyState state) {
      if (given.holders.contains(replica)) {
        answers.putIfAbsent(replica, state);
      }
    }

    private void conclude() {
      if (local == null) {
        return;
      }
      given.holders.stream().filter(holder -> !reachable.contains(holder)).forEach(lost::add);
      lost.removeAll(answers.keySet());
      long possible = given.holders.stream().filter(holder -> !lost.contains(holder)).count();
      if (said == null && answers.size() >= given.wanted) {
        said = new GetOutcome.Found(merged());
      } else if (said == null && possible < given.wanted) {
        said = new GetOutcome.NotEnoughReplicas(given.wanted, answers.size());
        finished = true;
      }
      finished |= said != null && silent().isEmpty();
    }

    private KeyState merged() {
      return answers.values().stream().reduce(KeyState.EMPTY, KeyState::merge);
    }

    /** Who has not answered, has not failed, and can be reached. */
    private List<MemberId> silent() {
      return given.holders.stream()
          .filter(holder -> !answers.containsKey(holder) && !lost.contains(holder))
          .toList();
    }

    private List<GetCommand> repairs() {
      return answers.entrySet().stream()
          .filter(answer -> !merged().equals(answer.getValue()))
          .map(answer -> (GetCommand) new GetCommand.Repair(answer.getKey(), merged()))
          .toList();
    }

    /** So many at once, the rest soon. */
    private List<GetCommand> questions(int atOnce) {
      List<GetCommand> questions = new ArrayList<>();
      for (MemberId replica : silent()) {
        questions.add(
            questions.size() < atOnce
                ? new GetCommand.Ask(replica)
                : new GetCommand.AskSoon(replica));
      }
      return questions;
    }
  }

  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
  void a_get_says_what_it_must_when_it_must_and_nothing_else(@ForAll("cases") Case given) {
    GetMachine machine =
        new GetMachine(given.self, given.holders, List.of(), given.wanted, given.reachable);
    Oracle oracle = new Oracle(given);
    List<GetOutcome> said = new ArrayList<>();
    List<GetEvent> events = new ArrayList<>(given.events);
    events.add(new GetEvent.RequestTimeout());
    events.addAll(given.afterTheEnd);

    Step<GetCommand, GetOutcome> step = machine.start();
    note(step, said, oracle);
    for (GetEvent event : events) {
      if (step.finished()) {
        assertThat(machine.on(event)).isEqualTo(new Step<>(List.of(), null, true));
        continue;
      }
      boolean wasReading = oracle.local == null;
      oracle.hear(event);

      step = machine.on(event);

      note(step, said, oracle);
      assertThat(step.commands()).isEqualTo(expectedCommands(event, wasReading, oracle));
    }

    assertThat(step.finished()).isTrue();
    assertThat(said).hasSize(1);
  }

  private static void note(
      Step<GetCommand, GetOutcome> step, List<GetOutcome> said, Oracle oracle) {
    GetOutcome outcome = step.outcome();
    if (outcome != null) {
      said.add(outcome);
    }
    assertThat(said).isEqualTo(oracle.said == null ? List.of() : List.of(oracle.said));
    assertThat(step.finished()).isEqualTo(oracle.finished);
  }

  /** Questions when the own copy has been read, and at timeouts; repairs at the end. */
  private static List<GetCommand> expectedCommands(
      GetEvent event, boolean wasReading, Oracle oracle) {
    if (oracle.finished) {
      return oracle.repairs();
    }
    boolean nowRead = wasReading && oracle.local != null;
    boolean timeout = event instanceof GetEvent.ReplicaTimeout && oracle.local != null;
    if (nowRead) {
      return oracle.questions(oracle.given.wanted - oracle.answers.size());
    }
    return timeout ? oracle.questions(Integer.MAX_VALUE) : List.of();
  }
}
