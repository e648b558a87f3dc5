package io.dynamokv.coordination;

import static io.dynamokv.coordination.Members.A;
import static io.dynamokv.coordination.Members.ABC;
import static io.dynamokv.coordination.Members.ALL;
import static io.dynamokv.coordination.Members.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.Version;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every legal move of the machines is taken, and every other refused. */
class MovesTest {
  private record Move<S>(S from, S to) {}

  private static final PutEvent APPLIED_HERE = new PutEvent.LocalApplied(Version.NONE, new byte[1]);
  private static final PutEvent STORED_HERE = new PutEvent.LocalStored();
  private static final PutEvent STORED_AT_B = new PutEvent.ReplicaStored(B);
  private static final GetEvent READ_HERE = new GetEvent.LocalRead(States.OLD);
  private static final GetEvent SAME_AT_B = new GetEvent.ReplicaSame(B);

  @Test
  void a_put_takes_every_legal_move() {
    PutEvent timeout = new PutEvent.RequestTimeout();
    Set<Move<PutMachine.State>> taken = new HashSet<>();

    runPut(taken, Set.of(A), List.of());
    runPut(taken, ALL, List.of(new PutEvent.LocalStale()));
    runPut(taken, ALL, List.of(APPLIED_HERE, timeout));
    runPut(taken, ALL, List.of(APPLIED_HERE, STORED_HERE, STORED_AT_B, timeout));

    assertThat(taken).isEqualTo(legal(PutMachine.MOVES, PutMachine.State.values()));
  }

  @Test
  void a_get_takes_every_legal_move() {
    GetEvent timeout = new GetEvent.RequestTimeout();
    Set<Move<GetMachine.State>> taken = new HashSet<>();

    runGet(taken, Set.of(A), List.of());
    runGet(taken, ALL, List.of(timeout));
    runGet(taken, ALL, List.of(READ_HERE, timeout));
    runGet(taken, ALL, List.of(READ_HERE, SAME_AT_B, timeout));

    assertThat(taken).isEqualTo(legal(GetMachine.MOVES, GetMachine.State.values()));
  }

  /** Written out once more, so that a change of the table is a change of this test. */
  @Test
  void a_put_is_applied_before_it_is_sent_and_sent_before_it_is_answered_and_ends_once() {
    assertThat(legal(PutMachine.MOVES, PutMachine.State.values()))
        .containsExactlyInAnyOrder(
            new Move<>(PutMachine.State.NEW, PutMachine.State.APPLYING),
            new Move<>(PutMachine.State.NEW, PutMachine.State.DONE),
            new Move<>(PutMachine.State.APPLYING, PutMachine.State.REPLICATING),
            new Move<>(PutMachine.State.APPLYING, PutMachine.State.DONE),
            new Move<>(PutMachine.State.REPLICATING, PutMachine.State.ANSWERED),
            new Move<>(PutMachine.State.REPLICATING, PutMachine.State.DONE),
            new Move<>(PutMachine.State.ANSWERED, PutMachine.State.DONE));
  }

  @Test
  void a_get_reads_before_it_asks_and_asks_before_it_is_answered_and_ends_once() {
    assertThat(legal(GetMachine.MOVES, GetMachine.State.values()))
        .containsExactlyInAnyOrder(
            new Move<>(GetMachine.State.NEW, GetMachine.State.READING),
            new Move<>(GetMachine.State.NEW, GetMachine.State.DONE),
            new Move<>(GetMachine.State.READING, GetMachine.State.ASKING),
            new Move<>(GetMachine.State.READING, GetMachine.State.DONE),
            new Move<>(GetMachine.State.ASKING, GetMachine.State.ANSWERED),
            new Move<>(GetMachine.State.ASKING, GetMachine.State.DONE),
            new Move<>(GetMachine.State.ANSWERED, GetMachine.State.DONE));
  }

  @Test
  void a_move_that_the_table_does_not_hold_is_refused_and_named() {
    Moves<Failure> moves =
        new Moves<>(new EnumMap<>(Map.of(Failure.OVERLOADED, Set.of(Failure.MALFORMED))));

    assertThat(moves.move(Failure.OVERLOADED, Failure.MALFORMED)).isEqualTo(Failure.MALFORMED);
    assertThatIllegalStateException()
        .isThrownBy(() -> moves.move(Failure.MALFORMED, Failure.OVERLOADED))
        .withMessage("no move from MALFORMED to OVERLOADED");
  }

  @Test
  void a_machine_is_started_once() {
    PutMachine put = new PutMachine(A, ABC, List.of(), 2, ALL);
    GetMachine get = new GetMachine(A, ABC, List.of(), 2, ALL);
    put.start();
    get.start();

    assertThatIllegalStateException().isThrownBy(put::start);
    assertThatIllegalStateException().isThrownBy(get::start);
  }

  private static void runPut(
      Set<Move<PutMachine.State>> taken, Set<MemberId> reachable, List<PutEvent> events) {
    PutMachine machine = new PutMachine(A, ABC, List.of(), 2, reachable);
    PutMachine.State before = machine.state();
    machine.start();
    taken.add(new Move<>(before, machine.state()));
    for (PutEvent event : events) {
      before = machine.state();
      machine.on(event);
      if (machine.state() != before) {
        taken.add(new Move<>(before, machine.state()));
      }
    }
  }

  private static void runGet(
      Set<Move<GetMachine.State>> taken, Set<MemberId> reachable, List<GetEvent> events) {
    GetMachine machine = new GetMachine(A, ABC, List.of(), 2, reachable);
    GetMachine.State before = machine.state();
    machine.start();
    taken.add(new Move<>(before, machine.state()));
    for (GetEvent event : events) {
      before = machine.state();
      machine.on(event);
      taken.add(new Move<>(before, machine.state()));
    }
  }

  private static <S extends Enum<S>> Set<Move<S>> legal(Moves<S> moves, S[] states) {
    Set<Move<S>> legal = new HashSet<>();
    for (S from : states) {
      for (S to : states) {
        try {
          legal.add(new Move<>(from, moves.move(from, to)));
        } catch (IllegalStateException e) {
          assertThat(e).hasMessage("no move from %s to %s", from, to);
        }
      }
    }
    return legal;
  }
}
