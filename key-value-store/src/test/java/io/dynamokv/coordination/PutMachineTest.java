package io.dynamokv.coordination;

import static io.dynamokv.coordination.Members.A;
import static io.dynamokv.coordination.Members.ABC;
import static io.dynamokv.coordination.Members.ALL;
import static io.dynamokv.coordination.Members.B;
import static io.dynamokv.coordination.Members.C;
import static io.dynamokv.coordination.Members.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.VectorClock;
import io.dynamokv.version.Version;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A PUT on node A, whose key is held by A, B and C: one test for each reason to stop, and more. */
class PutMachineTest {
  private static final Version VERSION =
      new Version(VectorClock.EMPTY.with(new Dot(new Actor(1, 1), 1), 1), Set.of());
  private static final byte[] STATE = {1, 2, 3};
  private static final PutEvent APPLIED_HERE = new PutEvent.LocalApplied(VERSION, STATE);
  private static final PutEvent STORED_HERE = new PutEvent.LocalStored();
  private static final PutEvent REPLICA_TIMEOUT = new PutEvent.ReplicaTimeout();
  private static final PutEvent REQUEST_TIMEOUT = new PutEvent.RequestTimeout();

  private static PutEvent storedAt(MemberId replica) {
    return new PutEvent.ReplicaStored(replica);
  }

  private static PutEvent failedAt(MemberId replica) {
    return new PutEvent.ReplicaFailed(replica, Failure.STORAGE_FAILED);
  }

  private static PutEvent reachable(MemberId... members) {
    return new PutEvent.ViewChanged(Set.of(members));
  }

  private static PutMachine put(int wanted, Set<MemberId> reachable) {
    return new PutMachine(A, ABC, List.of(), wanted, reachable);
  }

  /** A PUT that wants so many, after these events. */
  private static PutMachine started(int wanted, PutEvent... events) {
    PutMachine machine = put(wanted, ALL);
    machine.start();
    for (PutEvent event : events) {
      machine.on(event);
    }
    return machine;
  }

  private static void assertAnswers(Step<PutCommand, PutOutcome> step, PutOutcome outcome) {
    assertThat(step.outcome()).isEqualTo(outcome);
  }

  private static void assertEnds(Step<PutCommand, PutOutcome> step, PutOutcome outcome) {
    assertThat(step.outcome()).isEqualTo(outcome);
    assertThat(step.finished()).isTrue();
  }

  private static void assertEndsInSilence(Step<PutCommand, PutOutcome> step) {
    assertThat(step.outcome()).isNull();
    assertThat(step.finished()).isTrue();
  }

  private static void assertNothing(Step<PutCommand, PutOutcome> step) {
    assertThat(step.commands()).isEmpty();
    assertThat(step.outcome()).isNull();
  }

  private static List<MemberId> sentTo(Step<PutCommand, PutOutcome> step) {
    return step.commands().stream()
        .filter(PutCommand.Replicate.class::isInstance)
        .map(PutCommand.Replicate.class::cast)
        .map(PutCommand.Replicate::replica)
        .toList();
  }

  // The way of a PUT that succeeds

  /** Dynamo, section 4.5: the coordinator writes the new version itself, before it sends it. */
  @Test
  void paper_4_5_a_put_is_applied_locally_before_anything_is_sent() {
    Step<PutCommand, PutOutcome> step = put(2, ALL).start();

    assertThat(step.commands()).containsExactly(new PutCommand.StoreLocally());
    assertThat(step.outcome()).isNull();
    assertThat(step.finished()).isFalse();
  }

  /** Dynamo, section 4.5: the new version goes to all the nodes of the preference list in reach. */
  @Test
  void paper_4_5_what_is_applied_goes_to_all_other_holders_in_reach() {
    PutMachine machine = put(2, ALL);
    machine.start();

    Step<PutCommand, PutOutcome> step = machine.on(APPLIED_HERE);

    assertThat(step.commands())
        .containsExactly(new PutCommand.Replicate(B, STATE), new PutCommand.Replicate(C, STATE));
    assertThat(step.outcome()).isNull();
  }

  /** Dynamo, section 4.5: W-1 answers from the others make a write successful. */
  @Test
  void paper_4_5_a_put_has_succeeded_when_one_less_than_wanted_of_the_others_have_stored_it() {
    PutMachine machine = started(2, APPLIED_HERE, STORED_HERE);

    Step<PutCommand, PutOutcome> step = machine.on(storedAt(C));

    assertAnswers(step, new PutOutcome.Stored(VERSION));
    assertThat(step.finished()).isFalse();
  }

  @Test
  void a_put_that_wants_one_is_answered_when_it_is_stored_here_and_is_sent_all_the_same() {
    PutMachine machine = started(1);

    Step<PutCommand, PutOutcome> step = machine.on(APPLIED_HERE);

    assertThat(step.outcome()).isNull();
    assertThat(sentTo(step)).containsExactly(B, C);
    step = machine.on(STORED_HERE);
    assertAnswers(step, new PutOutcome.Stored(VERSION));
    assertThat(step.finished()).isFalse();
  }

  @Test
  void what_is_only_applied_here_does_not_count() {
    PutMachine machine = started(2, APPLIED_HERE);

    assertNothing(machine.on(storedAt(B)));
    assertAnswers(machine.on(STORED_HERE), new PutOutcome.Stored(VERSION));
  }

  @Test
  void a_put_is_answered_when_enough_others_have_stored_it_even_if_this_node_has_not() {
    PutMachine machine = started(2, APPLIED_HERE, storedAt(C));

    Step<PutCommand, PutOutcome> step = machine.on(storedAt(B));

    assertAnswers(step, new PutOutcome.Stored(VERSION));
    assertThat(step.finished()).isFalse();
    assertEndsInSilence(machine.on(STORED_HERE));
  }

  @Test
  void a_put_that_wants_all_is_answered_by_the_last() {
    PutMachine machine = started(3, APPLIED_HERE, STORED_HERE);

    assertNothing(machine.on(storedAt(C)));
    assertEnds(machine.on(storedAt(B)), new PutOutcome.Stored(VERSION));
  }

  @Test
  void a_put_with_one_holder_ends_when_it_is_stored_there() {
    PutMachine machine = new PutMachine(A, List.of(A), List.of(), 1, Set.of(A));
    machine.start();

    assertNothing(machine.on(APPLIED_HERE));
    assertEnds(machine.on(STORED_HERE), new PutOutcome.Stored(VERSION));
  }

  @Test
  void a_coordinator_that_is_not_the_first_holder_sends_to_those_before_it_too() {
    PutMachine machine = new PutMachine(B, ABC, List.of(), 2, ALL);
    machine.start();

    assertThat(sentTo(machine.on(APPLIED_HERE))).containsExactly(A, C);
  }

  @Test
  void whoever_holds_the_key_by_the_time_it_is_applied_is_sent_it_too_and_does_not_count() {
    PutMachine machine = new PutMachine(A, List.of(A, B), List.of(), 2, Set.of(A, B, C, STRANGER));
    machine.start();

    machine.setAllHolders(List.of(A, C, STRANGER));

    assertThat(sentTo(machine.on(APPLIED_HERE))).containsExactly(B, C, STRANGER);
    machine.on(STORED_HERE);
    assertNothing(machine.on(new PutEvent.ReplicaStored(C)));
    assertAnswers(machine.on(new PutEvent.ReplicaStored(B)), new PutOutcome.Stored(VERSION));
  }

  @Test
  void whoever_is_just_becoming_a_holder_is_given_the_time_of_the_request() {
    PutMachine machine = becoming(2);
    machine.on(STORED_HERE);
    assertAnswers(machine.on(new PutEvent.ReplicaStored(B)), new PutOutcome.Stored(VERSION));

    assertNothing(machine.on(new PutEvent.ReplicaTimeout()));
    assertThat(machine.on(new PutEvent.RequestTimeout()).commands())
        .containsExactly(new PutCommand.Owe(C));
    assertThat(machine.state()).isEqualTo(PutMachine.State.DONE);
  }

  @Test
  void a_holder_that_is_silent_after_the_answer_is_owed_it_by_a_hint_at_once() {
    PutMachine machine = becoming(1);
    assertAnswers(machine.on(STORED_HERE), new PutOutcome.Stored(VERSION));

    assertThat(machine.on(new PutEvent.ReplicaTimeout()).commands())
        .containsExactlyInAnyOrder(new PutCommand.Owe(B), new PutCommand.Owe(C));
    assertThat(machine.state()).isEqualTo(PutMachine.State.DONE);
  }

  @Test
  void a_holder_that_has_failed_is_owed_it_at_the_first_timeout_whoever_is_becoming_one() {
    PutMachine machine = becoming(1);
    machine.on(STORED_HERE);
    assertNothing(machine.on(new PutEvent.ReplicaFailed(B, Failure.OVERLOADED)));

    assertThat(machine.on(new PutEvent.ReplicaTimeout()).commands())
        .containsExactlyInAnyOrder(new PutCommand.Owe(B), new PutCommand.Owe(C));
  }

  @Test
  void who_is_becoming_a_holder_and_fails_or_goes_is_owed_it_at_once() {
    PutMachine failed = becoming(2);
    failed.on(STORED_HERE);
    failed.on(new PutEvent.ReplicaStored(B));
    assertThat(failed.on(new PutEvent.ReplicaFailed(C, Failure.OVERLOADED)).commands())
        .containsExactly(new PutCommand.Owe(C));

    PutMachine gone = becoming(2);
    gone.on(STORED_HERE);
    gone.on(new PutEvent.ReplicaStored(B));
    assertThat(gone.on(new PutEvent.ViewChanged(Set.of(A, B))).commands())
        .containsExactly(new PutCommand.Owe(C));
    assertThat(gone.state()).isEqualTo(PutMachine.State.DONE);
  }

  /** Held by A and B, soon by A and C, and applied. */
  private static PutMachine becoming(int wanted) {
    PutMachine machine = new PutMachine(A, List.of(A, B), List.of(), wanted, Set.of(A, B, C));
    machine.start();
    machine.setAllHolders(List.of(A, C));
    machine.on(APPLIED_HERE);
    return machine;
  }

  // Reasons to stop, before anything is stored

  @Test
  void stops_at_once_when_too_few_holders_can_be_reached() {
    Step<PutCommand, PutOutcome> step = put(2, Set.of(A, STRANGER)).start();

    assertEnds(step, new PutOutcome.NotEnoughReplicas(2, 1));
    assertThat(step.commands()).isEmpty();
  }

  @Test
  void stops_at_once_when_more_are_wanted_than_there_are_holders() {
    Step<PutCommand, PutOutcome> step = new PutMachine(A, List.of(A, B), List.of(), 3, ALL).start();

    assertEnds(step, new PutOutcome.NotEnoughReplicas(3, 2));
  }

  @Test
  void stops_when_the_version_is_stale_here() {
    Step<PutCommand, PutOutcome> step = started(2).on(new PutEvent.LocalStale());

    assertEnds(step, new PutOutcome.Stale());
    assertThat(step.commands()).isEmpty();
  }

  @Test
  void stops_when_it_can_not_be_stored_here() {
    Step<PutCommand, PutOutcome> step =
        started(1).on(new PutEvent.LocalFailed(Failure.STORAGE_FAILED));

    assertEnds(step, new PutOutcome.NotStored(Failure.STORAGE_FAILED));
    assertThat(step.commands()).isEmpty();
  }

  @Test
  void does_not_know_when_the_local_disk_failed_on_the_way() {
    assertEnds(started(1).on(new PutEvent.LocalUncertain()), new PutOutcome.Unknown(1, 0));
  }

  @Test
  void does_not_know_when_the_time_is_up_before_the_local_replica_has_said_anything() {
    PutMachine machine = started(2);

    assertEnds(machine.on(REQUEST_TIMEOUT), new PutOutcome.Unknown(2, 0));
  }

  // Reasons to stop, once it is applied here

  @Test
  void others_can_make_up_for_the_own_disk_that_failed_on_the_way() {
    PutMachine machine = started(2, APPLIED_HERE);

    assertNothing(machine.on(new PutEvent.LocalUncertain()));
    assertNothing(machine.on(storedAt(B)));
    assertEnds(machine.on(storedAt(C)), new PutOutcome.Stored(VERSION));
  }

  @Test
  void does_not_know_when_the_own_disk_failed_on_the_way_and_all_were_wanted() {
    PutMachine machine = started(3, APPLIED_HERE, storedAt(B));

    assertEnds(machine.on(new PutEvent.LocalUncertain()), new PutOutcome.Unknown(3, 1));
  }

  @Test
  void a_replica_timeout_does_not_send_to_this_node() {
    PutMachine machine = started(3, APPLIED_HERE, storedAt(B));

    assertThat(sentTo(machine.on(REPLICA_TIMEOUT))).containsExactly(C);
  }

  @Test
  void does_not_know_when_too_many_replicas_fail() {
    PutMachine machine = started(2, APPLIED_HERE, STORED_HERE);

    assertNothing(machine.on(failedAt(B)));
    assertEnds(machine.on(failedAt(C)), new PutOutcome.Unknown(2, 1));
  }

  @Test
  void does_not_know_when_too_many_replicas_become_unreachable() {
    PutMachine machine = started(2, APPLIED_HERE, STORED_HERE);

    assertEnds(machine.on(reachable(A)), new PutOutcome.Unknown(2, 1));
  }

  @Test
  void does_not_know_when_the_time_is_up() {
    PutMachine machine = started(3, APPLIED_HERE, STORED_HERE, storedAt(B));

    assertEnds(machine.on(REQUEST_TIMEOUT), new PutOutcome.Unknown(3, 2));
  }

  @Test
  void sends_what_it_has_applied_even_if_too_few_are_left_by_then() {
    PutMachine machine = started(3, reachable(A, C));

    Step<PutCommand, PutOutcome> step = machine.on(APPLIED_HERE);

    assertEnds(step, new PutOutcome.Unknown(3, 0));
    assertThat(sentTo(step)).containsExactly(C);
  }

  // Reasons to stop, once it is answered

  @Test
  void ends_when_all_have_stored_it() {
    PutMachine machine = started(2, APPLIED_HERE, STORED_HERE, storedAt(B));

    assertEndsInSilence(machine.on(storedAt(C)));
  }

  @Test
  void ends_when_those_that_are_missing_fail_or_become_unreachable() {
    assertEndsInSilence(started(2, APPLIED_HERE, STORED_HERE, storedAt(B)).on(failedAt(C)));
    assertEndsInSilence(started(2, APPLIED_HERE, STORED_HERE, storedAt(B)).on(reachable(A, B)));
  }

  @Test
  void ends_at_a_replica_timeout_after_the_answer() {
    Step<PutCommand, PutOutcome> step =
        started(2, APPLIED_HERE, STORED_HERE, storedAt(B)).on(REPLICA_TIMEOUT);

    assertEndsInSilence(step);
    assertThat(step.commands()).containsExactly(new PutCommand.Owe(C));
  }

  @Test
  void ends_when_the_time_is_up_after_the_answer() {
    assertEndsInSilence(started(2, APPLIED_HERE, STORED_HERE, storedAt(B)).on(REQUEST_TIMEOUT));
  }

  /** Dynamo, section 4.6: what could not be brought to a holder is kept for it. */
  @Test
  void paper_4_6_at_the_end_whoever_has_not_stored_it_is_owed_it_whatever_the_reason() {
    assertThat(started(2, APPLIED_HERE, STORED_HERE, storedAt(B)).on(failedAt(C)).commands())
        .containsExactly(new PutCommand.Owe(C));
    assertThat(started(3, APPLIED_HERE, STORED_HERE).on(REQUEST_TIMEOUT).commands())
        .containsExactly(new PutCommand.Owe(B), new PutCommand.Owe(C));
    assertThat(started(3, APPLIED_HERE).on(failedAt(B)).commands())
        .containsExactly(new PutCommand.Owe(B), new PutCommand.Owe(C));
    assertThat(started(2, APPLIED_HERE, STORED_HERE, storedAt(B)).on(storedAt(C)).commands())
        .isEmpty();
  }

  /** The disk hung for longer than the client would wait. */
  @Test
  void what_is_applied_when_the_time_is_up_already_is_owed_to_all_others_once() {
    PutMachine machine = started(2);
    assertEnds(machine.on(REQUEST_TIMEOUT), new PutOutcome.Unknown(2, 0));

    Step<PutCommand, PutOutcome> step = machine.on(APPLIED_HERE);

    assertThat(step.commands()).containsExactly(new PutCommand.Owe(B), new PutCommand.Owe(C));
    assertEndsInSilence(step);
    assertThat(machine.on(APPLIED_HERE).commands()).isEmpty();
  }

  @Test
  void what_is_not_stored_here_is_owed_to_nobody() {
    assertThat(started(2).on(REQUEST_TIMEOUT).commands()).isEmpty();
    assertThat(started(2).on(new PutEvent.LocalStale()).commands()).isEmpty();
  }

  // What happens in between

  @Test
  void a_replica_timeout_sends_again_to_those_that_are_silent() {
    PutMachine machine = started(3, APPLIED_HERE, STORED_HERE, storedAt(C));

    Step<PutCommand, PutOutcome> step = machine.on(REPLICA_TIMEOUT);

    assertThat(step.commands()).containsExactly(new PutCommand.Replicate(B, STATE));
    assertThat(step.outcome()).isNull();
  }

  @Test
  void a_replica_timeout_while_the_value_is_being_applied_here_sends_nothing() {
    assertNothing(started(2).on(REPLICA_TIMEOUT));
  }

  @Test
  void a_holder_that_can_not_be_reached_is_not_sent_to() {
    PutMachine machine = put(2, Set.of(A, C));
    machine.start();

    assertThat(sentTo(machine.on(APPLIED_HERE))).containsExactly(C);
  }

  @Test
  void a_view_that_changes_back_while_the_value_is_being_applied_here_changes_nothing() {
    PutMachine machine = started(3, reachable(A), reachable(A, B, C));

    assertThat(sentTo(machine.on(APPLIED_HERE))).containsExactly(B, C);
  }

  @Test
  void a_replica_that_was_given_up_counts_when_it_answers_after_all() {
    PutMachine machine = started(2, APPLIED_HERE, STORED_HERE, failedAt(B));

    assertAnswers(machine.on(storedAt(B)), new PutOutcome.Stored(VERSION));
  }

  @Test
  void an_answer_counts_once() {
    PutMachine machine = started(3, APPLIED_HERE, STORED_HERE, storedAt(B));

    assertNothing(machine.on(storedAt(B)));
  }

  @Test
  void a_failure_after_a_success_changes_nothing() {
    PutMachine machine = started(3, APPLIED_HERE, STORED_HERE, storedAt(B), failedAt(B));

    assertEnds(machine.on(storedAt(C)), new PutOutcome.Stored(VERSION));
  }

  @Test
  void who_is_no_holder_counts_for_nothing() {
    PutMachine machine = started(2, APPLIED_HERE, STORED_HERE);

    assertNothing(machine.on(storedAt(STRANGER)));
    assertNothing(machine.on(failedAt(STRANGER)));
  }

  @Test
  void an_answer_from_a_replica_that_was_not_asked_yet_does_not_count() {
    PutMachine machine = started(2, storedAt(B), failedAt(C));

    Step<PutCommand, PutOutcome> step = machine.on(APPLIED_HERE);

    assertThat(sentTo(step)).containsExactly(B, C);
    assertThat(step.outcome()).isNull();
  }

  static Stream<PutEvent> answersOfTheLocalReplica() {
    return Stream.of(
        new PutEvent.LocalApplied(Version.NONE, new byte[] {9}),
        new PutEvent.LocalStored(),
        new PutEvent.LocalStale(),
        new PutEvent.LocalFailed(Failure.STORAGE_FAILED),
        new PutEvent.LocalUncertain());
  }

  @ParameterizedTest
  @MethodSource("answersOfTheLocalReplica")
  void once_the_value_is_stored_here_no_other_word_of_the_local_replica_counts(PutEvent event) {
    PutMachine machine = started(2, APPLIED_HERE, STORED_HERE);

    Step<PutCommand, PutOutcome> step = machine.on(event);

    assertNothing(step);
    assertThat(step.finished()).isFalse();
    assertAnswers(machine.on(storedAt(B)), new PutOutcome.Stored(VERSION));
  }

  @ParameterizedTest
  @MethodSource("answersOfTheLocalReplica")
  void once_the_client_has_its_answer_it_gets_no_other(PutEvent event) {
    PutMachine machine = started(2, APPLIED_HERE, STORED_HERE, storedAt(B));

    Step<PutCommand, PutOutcome> step = machine.on(event);

    assertNothing(step);
    assertThat(step.finished()).isFalse();
  }
}
