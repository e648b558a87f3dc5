package io.dynamokv.coordination;

import static io.dynamokv.coordination.Members.A;
import static io.dynamokv.coordination.Members.ABC;
import static io.dynamokv.coordination.Members.B;
import static io.dynamokv.coordination.Members.C;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Version;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Requests on node A for a key of A, B and C, for whom D and then E would stand in. */
class StandInTest {
  private static final MemberId D = new MemberId("node-d");
  private static final MemberId E = new MemberId("node-e");
  private static final List<MemberId> FALLBACKS = List.of(D, E);
  private static final Set<MemberId> ALL = Set.of(A, B, C, D, E);
  private static final byte[] STATE = {1};
  private static final PutEvent APPLIED = new PutEvent.LocalApplied(Version.NONE, STATE);
  private static final PutEvent STORED_HERE = new PutEvent.LocalStored();
  private static final PutOutcome STORED = new PutOutcome.Stored(Version.NONE);

  private static PutMachine put(int wanted, Set<MemberId> reachable, PutEvent... events) {
    PutMachine machine = new PutMachine(A, ABC, FALLBACKS, wanted, reachable);
    machine.start();
    for (PutEvent event : events) {
      machine.on(event);
    }
    return machine;
  }

  private static GetMachine get(int wanted, Set<MemberId> reachable, GetEvent... events) {
    GetMachine machine = new GetMachine(A, ABC, FALLBACKS, wanted, reachable);
    machine.start();
    for (GetEvent event : events) {
      machine.on(event);
    }
    return machine;
  }

  private static PutCommand to(MemberId holder) {
    return new PutCommand.Replicate(holder, STATE);
  }

  private static PutCommand inPlaceOf(MemberId holder, MemberId fallback) {
    return new PutCommand.StandIn(fallback, holder, STATE);
  }

  private static PutEvent storedAt(MemberId replica) {
    return new PutEvent.ReplicaStored(replica);
  }

  private static PutEvent failedAt(MemberId replica, Failure failure) {
    return new PutEvent.ReplicaFailed(replica, failure);
  }

  // PUT

  /** Dynamo, section 4.6: the first N healthy nodes of the walk, not always the first N. */
  @Test
  void paper_4_6_the_next_node_takes_what_is_meant_for_one_that_can_not_be_reached() {
    PutMachine machine = put(2, Set.of(A, C, D, E));

    assertThat(machine.on(APPLIED).commands()).containsExactly(to(C), inPlaceOf(B, D));
    machine.on(STORED_HERE);
    assertThat(machine.on(storedAt(D)).outcome()).isEqualTo(STORED);
  }

  @Test
  void each_stands_in_for_one() {
    PutMachine machine = put(3, Set.of(A, D, E));

    assertThat(machine.on(APPLIED).commands()).containsExactly(inPlaceOf(B, D), inPlaceOf(C, E));
    machine.on(STORED_HERE);
    machine.on(storedAt(D));
    assertThat(machine.on(storedAt(E)).outcome()).isEqualTo(STORED);
  }

  @Test
  void a_fallback_out_of_reach_is_passed_over() {
    assertThat(put(2, Set.of(A, C, E)).on(APPLIED).commands())
        .containsExactly(to(C), inPlaceOf(B, E));
  }

  @Test
  void it_stops_at_once_only_if_there_are_too_few_with_the_fallbacks_too() {
    assertThat(new PutMachine(A, ABC, FALLBACKS, 2, Set.of(A, D)).start().outcome()).isNull();
    assertThat(new PutMachine(A, ABC, FALLBACKS, 3, Set.of(A, D)).start().outcome())
        .isEqualTo(new PutOutcome.NotEnoughReplicas(3, 2));
    assertThat(new GetMachine(A, ABC, FALLBACKS, 3, Set.of(A, D)).start().outcome())
        .isEqualTo(new GetOutcome.NotEnoughReplicas(3, 2));
  }

  @Test
  void somebody_stands_in_for_one_that_fails_in_passing_if_it_is_needed() {
    for (Failure passing :
        List.of(Failure.UNREACHABLE, Failure.STORAGE_FAILED, Failure.OVERLOADED)) {
      assertThat(put(3, ALL, APPLIED).on(failedAt(B, passing)).commands())
          .containsExactly(inPlaceOf(B, D));
      assertThat(put(2, ALL, APPLIED).on(failedAt(B, passing)).commands()).isEmpty();
    }
  }

  @Test
  void nobody_stands_in_for_one_that_would_never_take_it() {
    for (Failure lasting : List.of(Failure.TOO_MANY_SIBLINGS, Failure.MALFORMED)) {
      assertThat(put(3, ALL, APPLIED).on(failedAt(B, lasting)).outcome())
          .isInstanceOf(PutOutcome.Unknown.class);
    }
  }

  @Test
  void the_next_one_stands_in_when_the_first_fails_too() {
    PutMachine machine = put(2, Set.of(A, C, D, E), APPLIED);

    assertThat(machine.on(failedAt(D, Failure.OVERLOADED)).commands())
        .containsExactly(inPlaceOf(B, E));
    assertThat(machine.on(failedAt(E, Failure.OVERLOADED)).commands()).isEmpty();
  }

  @Test
  void only_so_many_are_tried_for_one_holder() {
    List<MemberId> many =
        List.of(D, E, new MemberId("node-f"), new MemberId("node-g"), new MemberId("node-h"));
    Set<MemberId> reachable = new HashSet<>(many);
    reachable.add(A);
    PutMachine machine = new PutMachine(A, List.of(A, B), many, 2, reachable);
    machine.start();
    machine.on(APPLIED);

    machine.on(failedAt(D, Failure.OVERLOADED));
    machine.on(failedAt(E, Failure.OVERLOADED));
    Step<PutCommand, PutOutcome> step = machine.on(failedAt(many.get(2), Failure.OVERLOADED));

    assertThat(step.outcome()).isEqualTo(new PutOutcome.Unknown(2, 0));
  }

  @Test
  void nobody_is_brought_in_once_the_client_has_its_answer() {
    Step<PutCommand, PutOutcome> step =
        put(2, ALL, APPLIED, STORED_HERE, storedAt(C))
            .on(new PutEvent.ViewChanged(Set.of(A, C, D, E)));

    assertThat(step.commands()).containsExactly(new PutCommand.Owe(B));
  }

  @Test
  void a_silent_holder_is_sent_it_again_and_somebody_else_as_well() {
    PutMachine machine = put(3, ALL, APPLIED, STORED_HERE, storedAt(C));

    assertThat(machine.on(new PutEvent.ReplicaTimeout()).commands())
        .containsExactly(to(B), inPlaceOf(B, D));
    assertThat(machine.on(storedAt(D)).outcome()).isEqualTo(STORED);
  }

  @Test
  void who_is_silent_while_standing_in_is_replaced_and_counts_all_the_same() {
    PutMachine machine = put(3, Set.of(A, C, D, E), APPLIED, STORED_HERE, storedAt(C));

    assertThat(machine.on(new PutEvent.ReplicaTimeout()).commands())
        .containsExactly(inPlaceOf(B, E));
    assertThat(machine.on(new PutEvent.ReplicaTimeout()).commands())
        .as("there is nobody else")
        .containsExactly(inPlaceOf(B, E));
    assertThat(machine.on(storedAt(D)).outcome()).isEqualTo(STORED);
  }

  @Test
  void holder_and_stand_in_count_as_one() {
    PutMachine machine = put(3, ALL, APPLIED, STORED_HERE, failedAt(B, Failure.OVERLOADED));

    assertThat(machine.on(storedAt(D)).outcome()).isNull();
    assertThat(machine.on(storedAt(B)).outcome()).isNull();
    assertThat(machine.on(storedAt(C)).outcome()).isEqualTo(STORED);
  }

  @Test
  void somebody_can_stand_in_for_the_own_disk() {
    PutMachine machine = put(3, ALL, APPLIED, storedAt(B), storedAt(C));

    assertThat(machine.on(new PutEvent.LocalUncertain()).commands())
        .containsExactly(inPlaceOf(A, D));
    assertThat(machine.on(storedAt(D)).outcome()).isEqualTo(STORED);
  }

  @Test
  void a_view_that_changes_brings_somebody_in_at_once() {
    assertThat(put(2, ALL, APPLIED).on(new PutEvent.ViewChanged(Set.of(A, C, D, E))).commands())
        .containsExactly(inPlaceOf(B, D));
  }

  @Test
  void who_gets_lost_while_standing_in_is_replaced() {
    PutMachine machine = put(2, Set.of(A, C, D, E), APPLIED);

    assertThat(machine.on(new PutEvent.ViewChanged(Set.of(A, C, E))).commands())
        .containsExactly(inPlaceOf(B, E));
  }

  @Test
  void what_somebody_else_owes_to_a_holder_is_not_owed_here_too() {
    Step<PutCommand, PutOutcome> step =
        put(2, Set.of(A, C, D, E), APPLIED, STORED_HERE, storedAt(C)).on(storedAt(D));

    assertThat(step.finished()).isTrue();
    assertThat(step.commands()).isEmpty();
  }

  @Test
  void what_nobody_is_known_to_owe_is_owed_here() {
    PutMachine machine = put(2, Set.of(A, C, D, E), APPLIED, STORED_HERE, storedAt(C));

    assertThat(machine.on(new PutEvent.ReplicaTimeout()).commands())
        .containsExactly(new PutCommand.Owe(B));
  }

  // GET

  private static final KeyState OLD = States.ANY.get(1);

  private static GetEvent readAt(MemberId replica, KeyState state) {
    return new GetEvent.ReplicaRead(replica, state);
  }

  @Test
  void a_fallback_is_asked_if_too_few_holders_are_left() {
    GetMachine machine = get(2, Set.of(A, D, E));

    assertThat(machine.on(new GetEvent.LocalRead(OLD)).commands())
        .containsExactly(new GetCommand.Ask(D));
    assertThat(machine.on(new GetEvent.ReplicaSame(D)).outcome())
        .isEqualTo(new GetOutcome.Found(OLD));
  }

  @Test
  void no_fallback_is_asked_while_the_holders_can_make_up_the_number() {
    GetMachine machine = get(2, Set.of(A, C, D, E));

    assertThat(machine.on(new GetEvent.LocalRead(OLD)).commands())
        .containsExactly(new GetCommand.Ask(C));
    assertThat(machine.on(new GetEvent.ReplicaFailed(C, Failure.OVERLOADED)).commands())
        .containsExactly(new GetCommand.Ask(D));
  }

  @Test
  void no_fallback_answers_for_a_holder_that_is_only_slow() {
    GetMachine machine = get(2, ALL, new GetEvent.LocalRead(OLD));

    assertThat(machine.on(new GetEvent.ReplicaTimeout()).commands())
        .containsExactly(new GetCommand.Ask(B), new GetCommand.Ask(C));
  }

  @Test
  void a_silent_fallback_is_replaced() {
    GetMachine machine = get(2, Set.of(A, D, E), new GetEvent.LocalRead(OLD));

    assertThat(machine.on(new GetEvent.ReplicaTimeout()).commands())
        .containsExactly(new GetCommand.Ask(E));
  }

  @Test
  void who_stands_in_is_never_repaired() {
    GetMachine machine = get(2, Set.of(A, D, E), new GetEvent.LocalRead(OLD));

    Step<GetCommand, GetOutcome> step = machine.on(readAt(D, KeyState.EMPTY));

    assertThat(step.outcome()).isEqualTo(new GetOutcome.Found(OLD));
    assertThat(step.finished()).isTrue();
    assertThat(step.commands()).isEmpty();
  }

  @Test
  void what_who_stands_in_knows_reaches_the_holders() {
    GetMachine machine = get(2, Set.of(A, D, E), new GetEvent.LocalRead(KeyState.EMPTY));

    Step<GetCommand, GetOutcome> step = machine.on(readAt(D, OLD));

    assertThat(step.outcome()).isEqualTo(new GetOutcome.Found(OLD));
    assertThat(step.commands()).containsExactly(new GetCommand.Repair(A, OLD));
  }
}
