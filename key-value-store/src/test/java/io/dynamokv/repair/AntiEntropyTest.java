package io.dynamokv.repair;

import static io.dynamokv.repair.RepairingNode.A;
import static io.dynamokv.repair.RepairingNode.B;
import static io.dynamokv.repair.RepairingNode.INTERVAL_NS;
import static io.dynamokv.repair.RepairingNode.PARTITIONS;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.repair.RepairingNode.Wire;
import io.dynamokv.ring.Key;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two nodes that hold everything, with real replicas in memory. */
class AntiEntropyTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int KEYS_PER_SECOND = 100_000;

  private final Wire wire = new Wire();
  private final RepairingNode a = new RepairingNode(wire, A, KEYS_PER_SECOND);
  private final RepairingNode b = new RepairingNode(wire, B, KEYS_PER_SECOND);

  private static Key key(int number) {
    return Key.of(("key-" + number).getBytes(StandardCharsets.UTF_8));
  }

  /** A value that no other node has written. */
  private static byte[] state(int writer, String value) {
    Dot dot = new Dot(new Actor(writer, 1), 1);
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return StateCodec.encode(KeyState.EMPTY.write(Version.NONE, dot, 1, bytes));
  }

  private void pass(long durationNs) {
    wire.pass(durationNs);
  }

  private RoundReport repair(RepairingNode node) {
    List<RoundReport> reports = new ArrayList<>();
    node.antiEntropy.repair(reports::add);
    pass(30 * SECOND);
    assertThat(reports).hasSize(1);
    return reports.get(0);
  }

  private void assertEqual() {
    assertThat(a.content()).isEqualTo(b.content());
  }

  @Test
  void equal_copies_are_found_equal_with_one_question_and_no_key_is_looked_at() {
    for (int i = 0; i < 1000; i++) {
      a.put(key(i), state(1, "same"));
      b.put(key(i), state(1, "same"));
    }
    pass(SECOND);
    a.sent = 0;

    RoundReport report = repair(a);

    assertThat(report.partitions()).isEqualTo(PARTITIONS.count());
    assertThat(report.differing()).isZero();
    assertThat(report.keysCompared()).isZero();
    assertThat(report.keysMoved()).isZero();
    assertThat(report.failures()).isZero();
    assertThat(a.sent).isOne();
  }

  @Test
  void only_the_keys_that_differ_are_moved_each_way() {
    for (int i = 0; i < 1000; i++) {
      a.put(key(i), state(1, "same"));
      b.put(key(i), state(1, "same"));
    }
    for (int i = 0; i < 10; i++) {
      a.put(key(2000 + i), state(1, "only here"));
      b.put(key(3000 + i), state(2, "only there"));
      a.put(key(i), state(3, "one sibling"));
      b.put(key(i), state(4, "another"));
    }
    pass(SECOND);

    RoundReport report = repair(a);

    assertEqual();
    assertThat(a.content()).hasSize(1020);
    assertThat(report.keysSent()).isEqualTo(20);
    assertThat(report.keysFetched()).isEqualTo(20);
    assertThat(report.keysCompared()).isLessThan(1000);
    assertThat(report.failures()).isZero();
    assertThat(repair(b).differing()).isZero();
  }

  @Test
  void a_node_that_has_lost_everything_gets_it_back_whichever_asks() {
    for (int i = 0; i < 5000; i++) {
      a.put(key(i), state(1, "value " + i));
    }
    pass(2 * SECOND);

    RoundReport report = repair(b);

    assertEqual();
    assertThat(report.keysFetched()).isEqualTo(5000);
    assertThat(b.largestQuestion).isLessThanOrEqualTo(AntiEntropy.KEYS);
    assertThat(b.questions).isLessThan(20);
    assertThat(b.mostFetched).isEqualTo(Pace.MOST_TOGETHER);
    assertThat(b.fetches).isLessThan(5000 / 20);
    assertThat(repair(a).differing()).isZero();
  }

  @Test
  void what_is_too_large_for_one_answer_comes_with_the_next() {
    String large = "x".repeat(100 << 10);
    for (int i = 0; i < 50; i++) {
      a.put(key(i), state(1, i % 10 == 0 ? large.repeat(10) : large));
    }
    pass(SECOND);

    RoundReport report = repair(b);

    assertEqual();
    assertThat(report.keysFetched()).isEqualTo(50);
    assertThat(report.failures()).isZero();
    assertThat(a.mostBytesAnswered).isBetween(1000L << 10, 1001L << 10);
  }

  @Test
  void one_answer_has_no_more_than_256_KiB() {
    String large = "x".repeat(60 << 10);
    for (int i = 0; i < 50; i++) {
      a.put(key(i), state(1, large));
    }
    pass(SECOND);
    repair(b);
    assertEqual();
    assertThat(a.mostBytesAnswered).isBetween(240L << 10, 256L << 10);
  }

  static Stream<Function<Message.StatesRequest, Message>> oddAnswers() {
    Message.FoundState none = new Message.FoundState(Status.ABSENT, null);
    return Stream.of(
        request -> new Message.StatesReply(request.id(), Status.ABSENT, List.of()),
        request -> new Message.StatesReply(request.id(), Status.SAME, List.of()),
        request -> new Message.StatesReply(request.id(), Status.MALFORMED, List.of()),
        request -> new Message.StatesReply(request.id(), Status.OK, List.of()),
        request ->
            new Message.StatesReply(
                request.id(), Status.OK, Collections.nCopies(request.keys().size() + 1, none)),
        request ->
            new Message.StatesReply(
                request.id(), Status.OK, List.of(new Message.FoundState(Status.SAME, null))),
        request ->
            new Message.StatesReply(
                request.id(), Status.OK, List.of(new Message.FoundState(Status.OK, null))),
        request -> new Message.WriteReply(request.id(), Status.OK));
  }

  @ParameterizedTest
  @MethodSource("oddAnswers")
  void an_answer_that_makes_no_sense_is_a_failure(Function<Message.StatesRequest, Message> odd) {
    a.put(key(1), state(1, "value"));
    a.put(key(2), state(1, "value"));
    pass(SECOND);
    a.oddAnswer = odd;
    assertThat(repair(b).failures()).isEqualTo(2);
    a.oddAnswer = null;
    assertThat(repair(b).failures()).isZero();
    assertEqual();
  }

  @Test
  void so_few_a_second_that_hardly_one_comes_at_once_come_too() {
    RepairingNode slow = new RepairingNode(wire, B, 5);
    for (int i = 0; i < 10; i++) {
      a.put(key(i), state(1, "theirs"));
      slow.put(key(100 + i), state(2, "own"));
    }
    pass(SECOND);
    slow.antiEntropy.repair(report -> {});
    wire.passAlone(slow, 10 * SECOND);
    assertThat(slow.content()).hasSize(20);
    assertThat(a.content()).hasSize(20);
  }

  @Test
  void a_key_that_the_other_can_not_read_fails_alone() {
    for (int i = 0; i < 300; i++) {
      a.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    a.damaged = key(7);

    RoundReport report = repair(b);

    assertThat(report.failures()).isOne();
    assertThat(b.content()).hasSize(299);
    a.damaged = null;
    assertThat(repair(b).failures()).isZero();
    assertEqual();
  }

  @Test
  void keys_for_whose_states_the_other_has_no_room_are_asked_for_again() {
    for (int i = 0; i < 300; i++) {
      a.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    a.overloads = 20;

    RoundReport report = repair(b);

    assertThat(report.failures()).isZero();
    assertEqual();
  }

  @Test
  void keys_of_which_nothing_is_heard_fail_together_and_come_with_the_next_round() {
    for (int i = 0; i < 300; i++) {
      a.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    a.swallows = key(7);

    RoundReport report = repair(b);

    assertThat(report.failures()).isBetween(1, Pace.MOST_TOGETHER);
    assertThat(b.content()).hasSize(300 - report.failures());
    a.swallows = null;
    assertThat(repair(b).failures()).isZero();
    assertEqual();
  }

  @Test
  void it_asks_little_though_some_of_the_keys_in_between_are_there() {
    for (int i = 0; i < 2000; i++) {
      a.put(key(i), state(1, "value " + i));
      if (i % 20 == 0) {
        b.put(key(i), state(1, "value " + i));
      }
    }
    pass(2 * SECOND);

    RoundReport report = repair(b);

    assertEqual();
    assertThat(report.keysFetched()).isEqualTo(1900);
    assertThat(b.questions).isLessThan(20);
  }

  @Test
  void few_keys_that_differ_are_found_without_looking_at_all_others() {
    for (int i = 0; i < 20_000; i++) {
      a.put(key(i), state(1, "value " + i));
      if (i % 5000 != 0) {
        b.put(key(i), state(1, "value " + i));
      }
    }
    pass(2 * SECOND);

    RoundReport report = repair(b);

    assertThat(report.keysFetched()).isEqualTo(4);
    assertThat(report.keysCompared()).isLessThan(100);
  }

  @Test
  void a_newcomer_that_was_cut_off_is_not_ready_before_it_has_what_came_meanwhile() {
    b.isNew = true;
    a.put(key(1), state(1, "before"));
    pass(2 * SECOND);
    assertThat(b.isReady).isTrue();
    assertEqual();

    b.reaches = false;
    pass(SECOND / 10);
    assertThat(b.isReady).isFalse();
    a.put(key(2), state(1, "meanwhile"));
    pass(2 * SECOND);
    assertThat(b.isReady).isFalse();

    b.reaches = true;
    pass(2 * SECOND);

    assertThat(b.isReady).isTrue();
    assertEqual();
  }

  @Test
  void a_newcomer_tells_how_many_keys_it_has_while_they_come() {
    RepairingNode newcomer = new RepairingNode(wire, B, 1000);
    newcomer.isNew = true;
    for (int i = 0; i < 5000; i++) {
      a.put(key(i), state(1, "value"));
    }
    pass(3 * SECOND);
    assertThat(newcomer.filling().complete()).isZero();
    assertThat(newcomer.filling().keys()).isBetween(1000L, 4000L);
    pass(5 * SECOND);
    assertThat(newcomer.isReady).isTrue();
    assertThat(newcomer.filling().keys()).isEqualTo(5000);
  }

  @Test
  void whoever_asks_for_it_brings_the_other_what_it_lacks_too() {
    for (int i = 0; i < 5000; i++) {
      a.put(key(i), state(1, "value " + i));
    }
    pass(2 * SECOND);

    assertThat(repair(a).keysSent()).isEqualTo(5000);

    assertEqual();
  }

  @Test
  void of_two_nodes_one_compares_every_now_and_then() {
    pass(SECOND);
    a.put(key(1), state(1, "new"));
    pass(INTERVAL_NS);
    assertEqual();
    assertThat(a.antiEntropy.lastReport().members()).isOne();
    assertThat(b.antiEntropy.lastReport().members()).isZero();
  }

  @Test
  void what_is_not_known_is_not_taken_for_equal() {
    b.knowsNothing = true;
    a.put(key(1), state(1, "new"));
    pass(SECOND);

    RoundReport report = repair(a);

    assertThat(report.unknown()).isEqualTo(PARTITIONS.count());
    assertThat(a.antiEntropy.oldestUnverifiedNs()).isGreaterThanOrEqualTo(SECOND);
    b.knowsNothing = false;
    pass(SECOND);
    repair(a);
    assertEqual();
    assertThat(a.antiEntropy.oldestUnverifiedNs()).isLessThan(SECOND);
  }

  @Test
  void what_a_crash_could_still_undo_counts_as_unknown() {
    a.put(key(1), state(1, "same"));
    b.put(key(1), state(1, "same"));
    b.unsafe = true;
    pass(SECOND);

    RoundReport report = repair(a);

    assertThat(report.unknown()).isEqualTo(PARTITIONS.count());
    b.unsafe = false;
    assertThat(repair(a).unknown()).isZero();
  }

  @Test
  void no_more_keys_are_moved_in_a_second_than_are_allowed() {
    RepairingNode slow = new RepairingNode(wire, A, 100);
    for (int i = 0; i < 1000; i++) {
      b.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    slow.antiEntropy.repair(report -> {});
    wire.passAlone(slow, SECOND);
    assertThat(slow.content().size()).isBetween(50, 110);
  }

  @Test
  void keys_that_had_no_room_in_an_answer_are_not_counted_as_moved() {
    RepairingNode slow = new RepairingNode(wire, A, 100);
    for (int i = 0; i < 300; i++) {
      b.put(key(i), state(1, "x".repeat(120 << 10)));
    }
    pass(SECOND);
    slow.antiEntropy.repair(report -> {});
    wire.passAlone(slow, SECOND);
    assertThat(slow.content().size()).isBetween(80, 110);
  }

  @Test
  void a_member_that_is_silent_or_out_of_reach_ends_the_round_and_the_next_one_is_complete() {
    pass(SECOND);
    a.put(key(1), state(1, "new"));
    b.isSilent = true;
    assertThat(repair(a).failures()).isOne();
    b.isSilent = false;
    a.reaches = false;
    assertThat(repair(a).failures()).isOne();
    a.reaches = true;

    assertThat(repair(a).failures()).isZero();

    assertEqual();
  }

  @Test
  void a_key_that_can_not_be_moved_leaves_its_partition_unverified_and_the_others_come_through() {
    pass(SECOND);
    for (int i = 0; i < 100; i++) {
      a.put(key(i), state(1, "value"));
    }
    b.refuses = key(7);

    RoundReport report = repair(a);

    assertThat(report.failures()).isOne();
    assertThat(b.content()).hasSize(99);
    assertThat(a.antiEntropy.oldestUnverifiedNs()).isGreaterThan(SECOND);
    b.refuses = null;
    assertThat(repair(a).failures()).isZero();
    assertEqual();
  }

  @Test
  void large_states_are_under_way_a_few_at_a_time() {
    String large = "x".repeat(1 << 20);
    for (int i = 0; i < 30; i++) {
      a.put(key(i), state(1, large));
    }
    pass(SECOND);

    repair(a);

    assertEqual();
    assertThat(a.mostBytesUnderWay).isBetween(4L << 20, 6L << 20);
  }

  @Test
  void a_key_for_which_the_other_has_no_room_is_tried_again_and_is_no_failure() {
    for (int i = 0; i < 300; i++) {
      a.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    b.overloads = 20;

    RoundReport report = repair(a);

    assertThat(report.failures()).isZero();
    assertEqual();
  }

  @Test
  void a_few_keys_are_under_way_at_first_and_more_later() {
    for (int i = 0; i < 20_000; i++) {
      a.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    a.antiEntropy.repair(report -> {});
    passUntilWritesAreUnderWay();
    assertThat(a.writesUnderWay).isEqualTo(Window.LEAST_BY_DELAY);
    pass(15 * Wire.TICK_NS);
    assertThat(a.writesUnderWay).isEqualTo(Window.MOST);
  }

  @Test
  void when_the_other_has_no_room_for_one_fewer_are_under_way() {
    for (int i = 0; i < 20_000; i++) {
      a.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    a.antiEntropy.repair(report -> {});
    passUntilWritesAreUnderWay();
    pass(15 * Wire.TICK_NS);
    b.overloads = 1;
    pass(Wire.TICK_NS);
    assertThat(a.writesUnderWay).isZero();
    pass(Wire.TICK_NS);
    assertThat(a.writesUnderWay).isBetween(Window.MOST / 2, Window.MOST * 2 / 3);
  }

  private void passUntilWritesAreUnderWay() {
    for (int i = 0; i < 1000 && a.writesUnderWay == 0; i++) {
      pass(Wire.TICK_NS);
    }
  }

  @Test
  void a_key_of_which_nothing_is_heard_fails_alone() {
    for (int i = 0; i < 300; i++) {
      a.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    b.swallows = key(7);

    RoundReport report = repair(a);

    assertThat(report.failures()).isOne();
    assertThat(b.content()).hasSize(299);
    b.swallows = null;
    assertThat(repair(a).failures()).isZero();
    assertEqual();
  }

  @Test
  void a_repair_waits_until_this_node_knows_what_it_has_itself() {
    a.put(key(1), state(1, "new"));
    a.busyWithReads = true;
    List<RoundReport> reports = new ArrayList<>();
    a.antiEntropy.repair(reports::add);
    pass(10 * SECOND);
    assertThat(reports).isEmpty();

    a.busyWithReads = false;
    pass(10 * SECOND);

    assertThat(reports).hasSize(1);
    assertThat(reports.get(0).unknown()).isZero();
    assertEqual();
  }

  @Test
  void whoever_waits_for_a_repair_is_told_when_the_node_stops() {
    List<RoundReport> reports = new ArrayList<>();
    a.antiEntropy.repair(reports::add);

    a.antiEntropy.stop();

    assertThat(reports).hasSize(1);
  }

  @Test
  void while_this_node_is_busy_it_waits_and_then_goes_on() {
    pass(SECOND);
    a.put(key(1), state(1, "new"));
    a.busy = true;
    a.antiEntropy.repair(report -> {});
    pass(SECOND);
    a.busy = false;
    pass(5 * SECOND);
    repair(a);
    assertEqual();
  }
}
