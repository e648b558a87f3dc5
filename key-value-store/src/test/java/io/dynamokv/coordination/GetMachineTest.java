package io.dynamokv.coordination;

import static io.dynamokv.coordination.Members.A;
import static io.dynamokv.coordination.Members.ABC;
import static io.dynamokv.coordination.Members.ALL;
import static io.dynamokv.coordination.Members.B;
import static io.dynamokv.coordination.Members.C;
import static io.dynamokv.coordination.Members.STRANGER;
import static io.dynamokv.coordination.States.BOTH;
import static io.dynamokv.coordination.States.NEW;
import static io.dynamokv.coordination.States.OLD;
import static io.dynamokv.coordination.States.OTHER;
import static io.dynamokv.coordination.States.RESOLVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.KeyState;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A GET on node A, whose key is held by A, B and C: one test for each reason to stop, and more. */
class GetMachineTest {
  private static final GetEvent FAILED_HERE = new GetEvent.LocalFailed(Failure.STORAGE_FAILED);
  private static final GetEvent REPLICA_TIMEOUT = new GetEvent.ReplicaTimeout();
  private static final GetEvent REQUEST_TIMEOUT = new GetEvent.RequestTimeout();

  private static GetEvent readHere(KeyState state) {
    return new GetEvent.LocalRead(state);
  }

  private static GetEvent readAt(MemberId replica, KeyState state) {
    return new GetEvent.ReplicaRead(replica, state);
  }

  private static GetEvent sameAt(MemberId replica) {
    return new GetEvent.ReplicaSame(replica);
  }

  private static GetEvent failedAt(MemberId replica) {
    return new GetEvent.ReplicaFailed(replica, Failure.STORAGE_FAILED);
  }

  private static GetEvent reachable(MemberId... members) {
    return new GetEvent.ViewChanged(Set.of(members));
  }

  private static GetMachine get(int wanted, Set<MemberId> reachable) {
    return new GetMachine(A, ABC, List.of(), wanted, reachable);
  }

  /** A GET that wants so many, after these events. */
  private static GetMachine started(int wanted, GetEvent... events) {
    GetMachine machine = get(wanted, ALL);
    machine.start();
    for (GetEvent event : events) {
      machine.on(event);
    }
    return machine;
  }

  private static void assertFinds(Step<GetCommand, GetOutcome> step, KeyState state) {
    assertThat(step.outcome()).isEqualTo(new GetOutcome.Found(state));
  }

  private static void assertEnds(Step<GetCommand, GetOutcome> step, GetOutcome outcome) {
    assertThat(step.outcome()).isEqualTo(outcome);
    assertThat(step.finished()).isTrue();
  }

  private static void assertEndsInSilence(Step<GetCommand, GetOutcome> step) {
    assertThat(step.outcome()).isNull();
    assertThat(step.finished()).isTrue();
  }

  private static void assertNothing(Step<GetCommand, GetOutcome> step) {
    assertThat(step.commands()).isEmpty();
    assertThat(step.outcome()).isNull();
  }

  private static GetCommand ask(MemberId replica) {
    return new GetCommand.Ask(replica);
  }

  private static GetCommand askSoon(MemberId replica) {
    return new GetCommand.AskSoon(replica);
  }

  private static GetCommand repair(MemberId replica, KeyState state) {
    return new GetCommand.Repair(replica, state);
  }

  // The way of a GET that succeeds

  @Test
  void reads_its_own_copy_first() {
    Step<GetCommand, GetOutcome> step = get(2, ALL).start();

    assertThat(step.commands()).containsExactly(new GetCommand.ReadLocally());
    assertThat(step.outcome()).isNull();
    assertThat(step.finished()).isFalse();
  }

  /** Dynamo, section 4.5: all the nodes of the preference list in reach are asked, not just R. */
  @Test
  void paper_4_5_all_other_holders_in_reach_are_asked_however_few_are_wanted() {
    Step<GetCommand, GetOutcome> step = started(1).on(readHere(OLD));

    assertThat(step.commands()).containsExactly(askSoon(B), askSoon(C));
  }

  @Test
  void as_many_as_are_wanted_are_asked_at_once_and_the_rest_soon() {
    assertThat(started(2).on(readHere(OLD)).commands()).containsExactly(ask(B), askSoon(C));
    assertThat(started(3).on(readHere(OLD)).commands()).containsExactly(ask(B), ask(C));
    assertThat(started(1).on(FAILED_HERE).commands()).containsExactly(ask(B), askSoon(C));
  }

  @Test
  void those_that_come_first_are_asked_first() {
    GetMachine machine = new GetMachine(A, List.of(C, A, B), List.of(), 2, ALL);
    machine.start();

    assertThat(machine.on(readHere(OLD)).commands()).containsExactly(ask(C), askSoon(B));
  }

  /** Dynamo, section 4.5: the client is answered at R, without waiting for the others. */
  @Test
  void paper_4_5_a_get_is_answered_when_as_many_as_wanted_have_answered() {
    GetMachine machine = started(2);

    assertThat(machine.on(readHere(OLD)).outcome()).isNull();
    Step<GetCommand, GetOutcome> step = machine.on(sameAt(C));

    assertFinds(step, OLD);
    assertThat(step.finished()).isFalse();
  }

  /** Dynamo, section 4.5: versions of which none is older than another are all returned. */
  @Test
  void paper_4_5_a_get_that_gathers_siblings_returns_them_all() {
    GetMachine machine = started(2, readHere(NEW));

    assertFinds(machine.on(readAt(B, OTHER)), BOTH);
  }

  /** Dynamo, section 4.4: a version that another descends from is not returned. */
  @Test
  void paper_4_4_a_get_that_gathers_an_older_value_returns_the_newer_alone() {
    assertFinds(started(2, readHere(OLD)).on(readAt(B, RESOLVED)), RESOLVED);
    assertFinds(started(2, readHere(RESOLVED)).on(readAt(B, OLD)), RESOLVED);
  }

  @Test
  void a_get_that_wants_one_is_answered_from_its_own_copy() {
    Step<GetCommand, GetOutcome> step = started(1).on(readHere(NEW));

    assertFinds(step, NEW);
    assertThat(step.finished()).isFalse();
  }

  @Test
  void a_get_that_wants_all_is_answered_by_the_last() {
    GetMachine machine = started(3, readHere(OLD));

    assertNothing(machine.on(readAt(C, NEW)));
    Step<GetCommand, GetOutcome> step = machine.on(sameAt(B));

    assertEnds(step, new GetOutcome.Found(NEW));
  }

  @Test
  void a_key_that_nobody_knows_is_found_empty() {
    GetMachine machine = started(2, readHere(KeyState.EMPTY));

    assertFinds(machine.on(readAt(B, KeyState.EMPTY)), KeyState.EMPTY);
  }

  @Test
  void a_get_with_one_holder_ends_with_its_own_copy() {
    GetMachine machine = new GetMachine(A, List.of(A), List.of(), 1, Set.of(A));
    machine.start();

    Step<GetCommand, GetOutcome> step = machine.on(readHere(NEW));

    assertEnds(step, new GetOutcome.Found(NEW));
    assertThat(step.commands()).isEmpty();
  }

  @Test
  void a_coordinator_that_is_not_the_first_holder_asks_those_before_it_too() {
    GetMachine machine = new GetMachine(C, ABC, List.of(), 2, ALL);
    machine.start();

    assertThat(machine.on(readHere(OLD)).commands()).containsExactly(ask(A), askSoon(B));
  }

  @Test
  void the_others_can_make_up_for_a_copy_that_can_not_be_read_here() {
    GetMachine machine = started(2);

    assertThat(machine.on(FAILED_HERE).commands()).containsExactly(ask(B), ask(C));
    assertNothing(machine.on(readAt(B, OLD)));
    assertEnds(machine.on(readAt(C, OLD)), new GetOutcome.Found(OLD));
  }

  // Reasons to stop, before the answer

  @Test
  void stops_at_once_when_too_few_holders_can_be_reached() {
    Step<GetCommand, GetOutcome> step = get(2, Set.of(A, STRANGER)).start();

    assertEnds(step, new GetOutcome.NotEnoughReplicas(2, 1));
    assertThat(step.commands()).isEmpty();
  }

  @Test
  void stops_when_too_many_replicas_fail() {
    GetMachine machine = started(2, readHere(OLD));

    assertNothing(machine.on(failedAt(B)));
    assertEnds(machine.on(failedAt(C)), new GetOutcome.NotEnoughReplicas(2, 1));
  }

  @Test
  void stops_when_its_own_copy_is_needed_and_can_not_be_read() {
    assertEnds(started(3).on(FAILED_HERE), new GetOutcome.NotEnoughReplicas(3, 0));
  }

  @Test
  void stops_when_too_many_replicas_become_unreachable() {
    assertEnds(started(2, readHere(OLD)).on(reachable(A)), new GetOutcome.NotEnoughReplicas(2, 1));
  }

  @Test
  void stops_when_too_many_became_unreachable_while_it_read_its_own_copy() {
    GetMachine machine = started(2);

    assertNothing(machine.on(reachable(A)));
    assertEnds(machine.on(readHere(OLD)), new GetOutcome.NotEnoughReplicas(2, 1));
  }

  @Test
  void stops_when_the_time_is_up() {
    assertEnds(started(2).on(REQUEST_TIMEOUT), new GetOutcome.TimedOut(2, 0));
    assertEnds(started(2, readHere(OLD)).on(REQUEST_TIMEOUT), new GetOutcome.TimedOut(2, 1));
  }

  // Reasons to stop, after the answer

  @Test
  void ends_when_all_have_answered() {
    assertEndsInSilence(started(2, readHere(OLD), sameAt(B)).on(sameAt(C)));
  }

  @Test
  void ends_when_those_that_are_missing_fail_or_become_unreachable() {
    assertEndsInSilence(started(2, readHere(OLD), sameAt(B)).on(failedAt(C)));
    assertEndsInSilence(started(2, readHere(OLD), sameAt(B)).on(reachable(A, B)));
  }

  /** Dynamo, section 5: the coordinator waits a little for the answers that are outstanding. */
  @Test
  void paper_5_ends_at_a_replica_timeout_after_the_answer() {
    assertEndsInSilence(started(2, readHere(OLD), sameAt(B)).on(REPLICA_TIMEOUT));
  }

  @Test
  void ends_when_the_time_is_up_after_the_answer() {
    assertEndsInSilence(started(2, readHere(OLD), sameAt(B)).on(REQUEST_TIMEOUT));
  }

  // Read repair

  /** Dynamo, section 5: replicas that returned stale versions are brought up to date. */
  @Test
  void paper_5_replicas_that_are_behind_are_repaired_with_what_all_know_together() {
    GetMachine machine = started(2, readHere(NEW), readAt(B, OTHER));

    Step<GetCommand, GetOutcome> step = machine.on(readAt(C, BOTH));

    assertThat(step.commands()).containsExactly(repair(A, BOTH), repair(B, BOTH));
  }

  @Test
  void an_answer_after_the_clients_still_counts_for_repair() {
    GetMachine machine = started(1, readHere(OLD), sameAt(B));

    Step<GetCommand, GetOutcome> step = machine.on(readAt(C, RESOLVED));

    assertEndsInSilence(step);
    assertThat(step.commands()).containsExactly(repair(A, RESOLVED), repair(B, RESOLVED));
  }

  @Test
  void a_replica_that_lacks_the_key_is_repaired() {
    GetMachine machine = started(2, readHere(OLD), readAt(B, KeyState.EMPTY));

    assertThat(machine.on(sameAt(C)).commands()).containsExactly(repair(B, OLD));
  }

  @Test
  void replicas_that_agree_need_no_repair() {
    GetMachine machine = started(2, readHere(NEW), sameAt(B));

    assertThat(machine.on(readAt(C, NEW)).commands()).isEmpty();
  }

  @Test
  void a_get_that_fails_repairs_those_that_have_answered() {
    GetMachine machine = started(3, readHere(OLD), readAt(B, NEW));

    assertThat(machine.on(REQUEST_TIMEOUT).commands()).containsExactly(repair(A, NEW));
  }

  @Test
  void who_has_not_answered_is_not_repaired() {
    GetMachine machine = started(2, FAILED_HERE, readAt(B, OLD));

    assertThat(machine.on(readAt(C, NEW)).commands()).containsExactly(repair(B, NEW));
  }

  // What happens in between

  @Test
  void a_replica_timeout_asks_those_again_that_are_silent() {
    GetMachine machine = started(3, readHere(OLD), sameAt(B));

    Step<GetCommand, GetOutcome> step = machine.on(REPLICA_TIMEOUT);

    assertThat(step.commands()).containsExactly(ask(C));
    assertThat(step.outcome()).isNull();
  }

  @Test
  void a_replica_timeout_hurries_those_that_were_not_in_a_hurry() {
    assertThat(started(2, readHere(OLD)).on(REPLICA_TIMEOUT).commands())
        .containsExactly(ask(B), ask(C));
  }

  @Test
  void a_replica_timeout_while_it_reads_its_own_copy_asks_the_others_to_do_without_it() {
    GetMachine machine = started(2);

    Step<GetCommand, GetOutcome> step = machine.on(REPLICA_TIMEOUT);

    assertThat(step.commands()).containsExactly(ask(B), ask(C));
    assertThat(step.finished()).isFalse();
  }

  @Test
  void a_holder_that_can_not_be_reached_is_not_asked() {
    GetMachine machine = get(2, Set.of(A, C));
    machine.start();

    assertThat(machine.on(readHere(OLD)).commands()).containsExactly(ask(C));
  }

  @Test
  void a_view_that_changes_back_while_it_reads_its_own_copy_changes_nothing() {
    GetMachine machine = started(3, reachable(A), reachable(A, B, C));

    assertThat(machine.on(readHere(OLD)).commands()).containsExactly(ask(B), ask(C));
  }

  @Test
  void a_replica_that_was_given_up_counts_when_it_answers_after_all() {
    assertFinds(started(2, readHere(OLD), failedAt(B)).on(sameAt(B)), OLD);
  }

  @Test
  void an_answer_counts_once_and_the_first_one_holds() {
    GetMachine machine = started(3, readHere(OLD), readAt(B, OLD));

    assertNothing(machine.on(readAt(B, NEW)));
    assertEnds(machine.on(readAt(C, OLD)), new GetOutcome.Found(OLD));
  }

  @Test
  void who_is_no_holder_counts_for_nothing() {
    GetMachine machine = started(2, readHere(OLD));

    assertNothing(machine.on(readAt(STRANGER, NEW)));
    assertNothing(machine.on(sameAt(STRANGER)));
    assertNothing(machine.on(failedAt(STRANGER)));
    assertFinds(machine.on(sameAt(B)), OLD);
  }

  /** Before its own copy was read nobody can have been told what it is. */
  @Test
  void an_answer_from_a_replica_that_was_not_asked_yet_does_not_count() {
    GetMachine machine = started(2, sameAt(B), readAt(C, NEW));

    Step<GetCommand, GetOutcome> step = machine.on(readHere(OLD));

    assertThat(step.commands()).containsExactly(ask(B), askSoon(C));
    assertThat(step.outcome()).isNull();
  }

  static Stream<GetEvent> answersOfTheLocalReplica() {
    return Stream.of(readHere(NEW), readHere(KeyState.EMPTY), FAILED_HERE);
  }

  @ParameterizedTest
  @MethodSource("answersOfTheLocalReplica")
  void once_its_own_copy_is_read_no_other_word_of_the_local_replica_counts(GetEvent event) {
    GetMachine machine = started(2, readHere(OLD));

    assertNothing(machine.on(event));
    assertFinds(machine.on(sameAt(B)), OLD);
  }

  @ParameterizedTest
  @MethodSource("answersOfTheLocalReplica")
  void once_the_client_has_its_answer_nobody_is_asked_again(GetEvent event) {
    GetMachine machine = started(2, readHere(OLD), sameAt(B));

    assertNothing(machine.on(event));
    assertThat(machine.on(sameAt(C)).commands()).isEmpty();
  }

  @Test
  void a_replica_that_has_the_same_as_an_own_copy_that_came_too_late_is_no_answer() {
    GetMachine machine = started(1, new GetEvent.ReplicaTimeout());
    assertThat(machine.awaitsOwnCopy()).isFalse();
    machine.on(new GetEvent.LocalRead(KeyState.EMPTY));

    assertThat(machine.on(sameAt(B)).outcome()).isNull();

    assertThat(machine.on(sameAt(C)).outcome()).isEqualTo(new GetOutcome.NotEnoughReplicas(1, 0));
  }
}
