package io.dynamokv.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.ReadRequest;
import io.dynamokv.transport.Message.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When a coordinator asks whom: node A, whose keys are held by A, B and C. */
class CoordinatorTest {
  private static final MemberId A = new MemberId("a");
  private static final MemberId B = new MemberId("b");
  private static final MemberId C = new MemberId("c");
  private static final Key KEY = Key.of(new byte[] {1});

  private final Map<MemberId, List<ReadRequest>> asked = new LinkedHashMap<>();
  private final List<GetOutcome> outcomes = new ArrayList<>();
  private final List<MemberId> silent = new ArrayList<>();
  private long nowMs;

  private final Coordinator coordinator =
      new Coordinator(
          0,
          1,
          100,
          new EmptyReplica(),
          new SendingPeers(this::send),
          () -> Views.of(A, B, C),
          Runnable::run,
          (member, work) -> silent.add(member),
          () -> nowMs * 1_000_000,
          new RequestSettings(500, 2000, 100, 3000, 2),
          new Places(2),
          new CoordinatorMetrics(new MetricRegistry(), () -> 0));

  private boolean send(MemberId peer, Message message) {
    return asked.computeIfAbsent(peer, id -> new ArrayList<>()).add((ReadRequest) message);
  }

  private void get(int wanted) {
    coordinator.get(KEY, new Quorum(wanted, false), "test", outcomes::add);
  }

  private void answerFrom(MemberId peer) {
    long id = requireNonNull(asked.get(peer)).get(0).id();
    coordinator.onReply(peer, new Message.ReadReply(id, Status.SAME, null));
  }

  @Test
  void who_is_not_needed_yet_is_asked_at_the_next_tick() {
    get(2);
    assertThat(asked).containsOnlyKeys(B);

    coordinator.tick();
    coordinator.tick();

    assertThat(asked).containsOnlyKeys(B, C);
    assertThat(asked.get(C)).isEqualTo(asked.get(B)).hasSize(1);
  }

  @Test
  void so_a_slow_replica_holds_a_read_up_until_then_only() {
    get(2);
    coordinator.tick();

    answerFrom(C);

    assertThat(outcomes).hasSize(1).allMatch(GetOutcome.Found.class::isInstance);
  }

  @Test
  void who_is_not_needed_at_all_is_asked_all_the_same_to_see_whether_it_is_behind() {
    get(2);
    answerFrom(B);
    assertThat(outcomes).hasSize(1);
    assertThat(coordinator.registered()).isOne();

    coordinator.tick();
    assertThat(asked).containsOnlyKeys(B, C);
    answerFrom(C);

    assertThat(coordinator.registered()).isZero();
  }

  @Test
  void who_has_not_answered_in_time_is_told_of_unless_this_node_stood_still_itself() {
    get(2);
    tickUntil(490);
    answerFrom(B);
    assertThat(silent).isEmpty();
    tickUntil(510);
    assertThat(silent).containsExactly(C);
    silent.clear();

    get(2);
    coordinator.tick();
    nowMs += 600;
    coordinator.tick();

    assertThat(silent).isEmpty();
  }

  private void tickUntil(long untilMs) {
    for (; nowMs <= untilMs; nowMs += 10) {
      coordinator.tick();
    }
  }

  @Test
  void all_who_are_needed_are_asked_at_once() {
    get(3);

    assertThat(asked).containsOnlyKeys(B, C);
    coordinator.tick();
    assertThat(asked.get(B)).hasSize(1);
    assertThat(asked.get(C)).hasSize(1);
  }

  @Test
  void reads_between_two_ticks_begin_with_the_same_peer_and_those_after_with_the_next() {
    get(2);
    get(2);
    assertThat(asked.get(B)).hasSize(2);
    coordinator.tick();
    coordinator.tick();
    asked.clear();

    get(2);
    get(2);

    assertThat(asked).containsOnlyKeys(C);
    assertThat(asked.get(C)).hasSize(2);
  }
}
