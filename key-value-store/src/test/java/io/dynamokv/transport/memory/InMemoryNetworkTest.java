package io.dynamokv.transport.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WriteReply;
import io.dynamokv.transport.RecordingReceiver;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.WireCodec;
import io.dynamokv.transport.WireLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InMemoryNetworkTest {
  private static final MemberId A = new MemberId("node-a");
  private static final MemberId B = new MemberId("node-b");
  private static final Duration DELAY = Duration.ofMillis(5);
  private static final int MAX_UNDER_WAY = 3;

  private final ManualScheduler scheduler = new ManualScheduler();
  private final Map<Message, List<Duration>> fates = new HashMap<>();
  private final InMemoryNetwork network =
      new InMemoryNetwork(
          new WireCodec(new WireLimits(16, 2, 4 << 10)),
          MAX_UNDER_WAY,
          scheduler,
          (from, to, message) -> fates.getOrDefault(message, List.of(DELAY)));

  private final RecordingReceiver atA = new RecordingReceiver();
  private final RecordingReceiver atB = new RecordingReceiver();
  private final Transport a = network.join(A);
  private final Transport b = network.join(B);

  @BeforeEach
  void start() {
    a.start(atA);
    b.start(atB);
    scheduler.runAll();
  }

  @Test
  void nothing_happens_until_the_scheduler_says_so() {
    a.send(B, reply(1));
    scheduler.runNext();
    assertThat(atB.messages()).isEmpty();

    scheduler.runNext();

    assertThat(scheduler.now()).isEqualTo(DELAY);
    assertThat(atB.messages()).containsExactly(reply(1));
  }

  @Test
  void a_message_may_be_lost() {
    fates.put(reply(1), List.of());
    a.send(B, reply(1));
    a.send(B, reply(2));

    scheduler.runAll();

    assertThat(atB.messages()).containsExactly(reply(2));
  }

  @Test
  void a_message_may_arrive_twice() {
    fates.put(reply(1), List.of(DELAY, DELAY.multipliedBy(3)));
    a.send(B, reply(1));

    scheduler.runAll();

    assertThat(atB.messages()).containsExactly(reply(1), reply(1));
    assertThat(scheduler.now()).isEqualTo(DELAY.multipliedBy(3));
  }

  @Test
  void a_message_may_overtake_another() {
    fates.put(reply(1), List.of(DELAY.multipliedBy(2)));
    a.send(B, reply(1));
    a.send(B, reply(2));

    scheduler.runAll();

    assertThat(atB.messages()).containsExactly(reply(2), reply(1));
  }

  @Test
  void messages_of_one_moment_and_one_fate_arrive_together_within_the_limits_of_the_wire() {
    a.send(B, reply(1));
    a.send(B, reply(2));
    a.send(B, reply(3));

    scheduler.runAll();

    assertThat(atB.batchSizes()).containsExactly(2, 1);
    assertThat(atB.messages()).containsExactly(reply(1), reply(2), reply(3));
  }

  @Test
  void more_than_may_be_under_way_are_refused_until_some_have_arrived_or_are_lost() {
    fates.put(reply(1), List.of());
    fates.put(reply(2), List.of(DELAY, DELAY));
    assertThat(a.send(B, reply(1))).isTrue();
    assertThat(a.send(B, reply(2))).isTrue();
    assertThat(a.send(B, reply(3))).isTrue();
    assertThat(a.send(B, reply(4))).isFalse();

    scheduler.runAll();

    assertThat(a.send(B, reply(4))).isTrue();
    assertThat(a.send(B, reply(5))).isTrue();
    assertThat(a.send(B, reply(6))).isTrue();
    assertThat(a.send(B, reply(7))).isFalse();
  }

  @Test
  void a_link_is_cut_in_one_direction_only() {
    network.setLinked(A, B, false);
    scheduler.runAll();

    assertThat(a.isLinked(B)).isFalse();
    assertThat(a.send(B, reply(1))).isFalse();
    assertThat(atA.links()).containsExactly("node-b up", "node-b down");
    assertThat(b.isLinked(A)).isTrue();
    assertThat(b.send(A, reply(2))).isTrue();
    assertThat(atB.links()).containsExactly("node-a up");
  }

  @Test
  void what_is_under_way_when_a_link_is_cut_does_not_arrive_after_it_is_mended() {
    a.send(B, reply(1));
    scheduler.runNext();
    a.send(B, reply(2));

    network.setLinked(A, B, false);
    network.setLinked(A, B, true);
    a.send(B, reply(3));
    scheduler.runAll();

    assertThat(atB.messages()).containsExactly(reply(3));
    assertThat(atA.links()).containsExactly("node-b up", "node-b down", "node-b up");
  }

  @Test
  void a_link_that_was_cut_stays_cut_when_the_member_comes_back() {
    network.setLinked(A, B, false);
    b.close();

    network.join(B).start(atB);
    scheduler.runAll();

    assertThat(a.isLinked(B)).isFalse();
  }

  @Test
  void a_member_joins_again_only_after_it_has_closed() {
    assertThatIllegalStateException().isThrownBy(() -> network.join(A));

    a.close();

    assertThat(network.join(A)).isNotSameAs(a);
  }

  private static Message reply(long id) {
    return new WriteReply(id, Status.OK);
  }
}
