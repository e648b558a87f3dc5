package io.dynamokv.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Version;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ForwardMachineTest {
  private static final MemberId A = new MemberId("a");
  private static final MemberId B = new MemberId("b");
  private static final MemberId SELF = new MemberId("self");
  private static final GetOutcome FOUND = new GetOutcome.Found(KeyState.EMPTY);
  private static final PutOutcome STORED = new PutOutcome.Stored(Version.NONE);

  private final ForwardMachine<GetOutcome> get = ForwardMachine.ofGet(List.of(A, B), 2, 3);
  private final ForwardMachine<PutOutcome> put = ForwardMachine.ofPut(List.of(A, B), 2, 3);

  private static <O> void assertSentTo(MemberId candidate, Step<MemberId, O> step) {
    assertThat(step).isEqualTo(new Step<MemberId, O>(List.of(candidate), null, false));
  }

  private static <O> void assertNothing(Step<MemberId, O> step) {
    assertThat(step).isEqualTo(new Step<MemberId, O>(List.of(), null, false));
  }

  private static <O> void assertEnded(O outcome, Step<MemberId, O> step) {
    assertThat(step).isEqualTo(new Step<MemberId, O>(List.of(), outcome, true));
  }

  @Test
  void the_first_candidates_answer_is_the_outcome() {
    assertSentTo(A, get.start());
    assertEnded(FOUND, get.onAnswer(A, FOUND));
    assertSentTo(A, put.start());
    assertEnded(STORED, put.onAnswer(A, STORED));
  }

  @Test
  void with_nobody_to_ask_it_ends_at_once() {
    assertEnded(new GetOutcome.NoCoordinator(2, 3), ForwardMachine.ofGet(List.of(), 2, 3).start());
    assertEnded(new PutOutcome.NoCoordinator(2, 3), ForwardMachine.ofPut(List.of(), 2, 3).start());
  }

  @Test
  void who_refuses_is_passed_over() {
    put.start();

    assertSentTo(B, put.onRefused(A));
    assertNothing(put.onRefused(A));
    assertEnded(new PutOutcome.NoCoordinator(2, 3), put.onRefused(B));
  }

  @ParameterizedTest
  @EnumSource(
      value = Failure.class,
      names = {"STORAGE_FAILED", "OVERLOADED", "UNREACHABLE"})
  void who_has_done_nothing_is_passed_over_and_the_last_such_answer_stands(Failure failure) {
    PutOutcome first = new PutOutcome.NotEnoughReplicas(2, 1);
    PutOutcome second = new PutOutcome.NotStored(failure);
    put.start();

    assertSentTo(B, put.onAnswer(A, first));
    assertEnded(second, put.onAnswer(B, second));
  }

  @Test
  void a_read_that_found_too_few_is_tried_elsewhere() {
    get.start();

    assertSentTo(B, get.onAnswer(A, new GetOutcome.Overloaded()));
    GetOutcome few = new GetOutcome.NotEnoughReplicas(2, 1);
    assertEnded(few, get.onAnswer(B, few));
  }

  @Test
  void what_no_other_node_can_do_better_is_final() {
    put.start();
    PutOutcome full = new PutOutcome.NotStored(Failure.TOO_MANY_SIBLINGS);

    assertEnded(full, put.onAnswer(A, full));
  }

  @Test
  void a_write_that_may_have_been_done_is_not_sent_again() {
    put.start();

    assertNothing(put.onSilence());
    assertNothing(put.onView(Set.of(SELF, A)));
    assertEnded(new PutOutcome.Unknown(2, 0), put.onView(Set.of(SELF, B)));
    assertThat(put.onAnswer(A, STORED).outcome()).isNull();
  }

  @Test
  void a_read_goes_to_the_next_when_the_last_is_cut_off() {
    get.start();

    assertSentTo(B, get.onView(Set.of(SELF, B)));
    assertNothing(get.onAnswer(A, FOUND));
    assertEnded(new GetOutcome.NoCoordinator(2, 3), get.onView(Set.of(SELF)));
  }

  @Test
  void a_read_goes_to_the_next_as_well_when_the_last_is_silent_and_takes_either_answer() {
    get.start();

    assertSentTo(B, get.onSilence());
    assertNothing(get.onSilence());
    assertNothing(get.onRefused(B));
    assertEnded(FOUND, get.onAnswer(A, FOUND));
  }

  @Test
  void where_all_are_slow_two_are_asked_at_most() {
    MemberId third = new MemberId("c");
    ForwardMachine<GetOutcome> machine = ForwardMachine.ofGet(List.of(A, B, third), 2, 3);
    machine.start();

    assertSentTo(B, machine.onSilence());
    assertNothing(machine.onSilence());
    machine.onRefused(A);
    assertSentTo(third, machine.onRefused(B));
  }

  @Test
  void when_the_time_is_up_nobody_knows() {
    get.start();
    put.start();

    assertEnded(new GetOutcome.TimedOut(2, 0), get.onTimeout());
    assertEnded(new PutOutcome.Unknown(2, 0), put.onTimeout());
    assertThat(put.onTimeout()).isEqualTo(new Step<MemberId, PutOutcome>(List.of(), null, true));
  }

  @Test
  void who_was_not_asked_says_nothing() {
    get.start();

    assertNothing(get.onAnswer(B, FOUND));
    assertNothing(get.onRefused(B));
  }
}
