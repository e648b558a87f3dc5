package io.dynamokv.transport.activemq;

import static io.dynamokv.transport.activemq.TestNodes.A;
import static io.dynamokv.transport.activemq.TestNodes.B;
import static io.dynamokv.transport.activemq.TestNodes.C;
import static io.dynamokv.transport.activemq.TestNodes.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.google.common.base.Throwables;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.ReadReply;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WriteReply;
import io.dynamokv.transport.RecordingReceiver;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.TransportException;
import io.dynamokv.transport.activemq.TestNodes.Node;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ActiveMqLinkTest {
  private final TestNodes nodes = new TestNodes();

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void messages_that_queue_up_travel_together_within_the_bounds_of_a_batch() {
    SlowReceiver slow = new SlowReceiver();
    Transport a = nodes.open(A).transport();
    nodes.open(B, slow);
    await(() -> a.isLinked(B));

    // The first is held up by the receiver, the rest catch up with those before them.
    for (int i = 0; i < 500; i++) {
      assertThat(a.send(B, reply(i))).isTrue();
    }
    slow.goOn();

    await(() -> slow.messages().size() == 500);
    assertThat(slow.batchSizes()).allMatch(size -> size <= 64);
    assertThat(nodes.metrics(A).histogram("messaging.batch.sent").getSnapshot().getMax())
        .isGreaterThan(1);
    assertThat(nodes.count(A, "messaging.messages.sent")).isEqualTo(500);
    assertThat(nodes.count(B, "messaging.messages.received")).isEqualTo(500);
  }

  @Test
  void a_peer_that_stops_reading_is_refused_more_and_then_given_up_while_others_are_served() {
    SlowReceiver stuck = new SlowReceiver();
    Node a = nodes.open(A);
    nodes.open(B, stuck);
    Node c = nodes.open(C);
    await(() -> a.transport().isLinked(B) && a.transport().isLinked(C));

    while (a.transport().send(B, new ReadReply(1, Status.OK, new byte[64 << 10]))) {
      // Until the broker there, the network and the queue here are full.
    }
    assertThat(nodes.count(A, "messaging.peer.node-b.refused")).isPositive();

    List<Message> replies = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      replies.add(reply(i));
    }
    replies.forEach(reply -> assertThat(a.transport().send(C, reply)).isTrue());
    await(() -> c.receiver().messages().size() == 100);
    assertThat(c.receiver().messages()).isEqualTo(replies);

    await(() -> a.receiver().links().contains("node-b down"));
    assertThat(a.receiver().links()).doesNotContain("node-c down");
    stuck.goOn();
  }

  @Test
  void a_broker_without_memory_for_more_says_so_and_goes_on_when_it_has() {
    SlowReceiver stuck = new SlowReceiver();
    Transport a = nodes.open(A).transport();
    nodes.open(B, stuck);
    await(() -> a.isLinked(B));

    // The first link is given up; what comes over the next ones waits in the broker.
    await(
        () -> {
          a.send(B, new ReadReply(1, Status.OK, new byte[64 << 10]));
          return nodes.count(A, "messaging.peer.node-b.rejected") > 0;
        });
    stuck.goOn();

    await(() -> a.send(B, reply(2)) && stuck.messages().contains(reply(2)));
  }

  @Test
  void nothing_that_a_former_link_brought_is_delivered_after_a_new_one_is_made() throws Exception {
    SlowReceiver slow = new SlowReceiver();
    nodes.open(A, slow);
    try (Caller first = new Caller(nodes.address(A), C)) {
      first.producer.send(first.frame(C));
      slow.awaitFirst();
      // This one waits in the broker.
      first.producer.send(first.frame(C));
      first.producer.send(first.frame(C));

      try (Caller second = new Caller(nodes.address(A), C)) {
        first.awaitEnd();
        second.producer.send(second.frame(C));
        slow.goOn();

        await(() -> slow.messages().size() == 2);
        second.producer.send(second.frame(C));
        await(() -> slow.messages().size() == 3);
      }
    }
  }

  @Test
  void a_peer_that_restarts_on_its_port_is_linked_again_in_both_directions() {
    Node a = nodes.open(A);
    for (int life = 0; life < 3; life++) {
      Node b = nodes.open(B);
      await(() -> a.transport().isLinked(B) && b.transport().isLinked(A));

      a.transport().send(B, reply(life));
      b.transport().send(A, reply(life));

      Message sent = reply(life);
      await(() -> b.receiver().messages().equals(List.of(sent)));
      await(() -> a.receiver().messages().contains(sent));
      b.transport().close();
      await(() -> !a.transport().isLinked(B));
    }
    assertThat(a.receiver().messages()).containsExactly(reply(0), reply(1), reply(2));
    assertThat(nodes.count(A, "messaging.peer.node-b.linked")).isEqualTo(3);
  }

  @Test
  void a_busy_port_is_named() throws Exception {
    int port = nodes.address(A).port();
    try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      Transport a = nodes.create(nodes.settings(A));

      assertThatExceptionOfType(TransportException.class)
          .isThrownBy(() -> a.start(new RecordingReceiver()))
          .withMessageContaining("messaging port " + other.getLocalPort())
          .withMessageContaining("in use");
    }
    nodes.open(A);
  }

  /** Nothing of it is fatal to the whole process. */
  static Stream<Throwable> faults() {
    return Stream.of(
        new IllegalStateException("thrown by a test"),
        new NoClassDefFoundError("thrown by a test"),
        new AssertionError("thrown by a test"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_receiver_that_fails_does_not_stop_what_follows(Throwable fault) {
    FailingReceiver failing = new FailingReceiver(fault);
    Node a = nodes.open(A);
    Transport b = nodes.open(B, failing);
    await(() -> a.transport().isLinked(B) && failing.links().contains("node-a up"));

    a.transport().send(B, reply(1));
    await(() -> failing.messages().contains(reply(1)));
    a.transport().send(B, reply(2));

    await(() -> failing.messages().contains(reply(2)));
    assertThat(failing.messages()).containsExactly(reply(1), reply(2));
    assertThat(nodes.count(A, "messaging.peer.node-b.linked")).isEqualTo(1);
    assertThat(b.send(A, reply(3))).isTrue();
    await(() -> a.receiver().messages().contains(reply(3)));
  }

  @Test
  void a_link_goes_on_after_errors_that_nobody_foresaw() {
    FailingMeter linked = new FailingMeter(2);
    nodes.metrics(A).register("messaging.peer.node-b.linked", linked);
    Node a = nodes.open(A);
    Node b = nodes.open(B);

    // What is accepted just before the link fails is lost with it.
    await(() -> a.transport().send(B, reply(1)) && b.receiver().messages().contains(reply(1)));

    assertThat(linked.left).isNotPositive();
  }

  @Test
  void a_link_that_fails_to_send_for_no_good_reason_is_made_again() {
    FailingMeter sent = new FailingMeter(1);
    nodes.metrics(A).register("messaging.messages.sent", sent);
    Node a = nodes.open(A);
    Node b = nodes.open(B);
    await(() -> a.transport().send(B, reply(1)));

    await(() -> a.receiver().links().equals(List.of("node-b up", "node-b down", "node-b up")));

    await(() -> a.transport().send(B, reply(2)));
    await(() -> b.receiver().messages().contains(reply(2)));
  }

  @Test
  void a_link_whose_thread_is_interrupted_by_mistake_is_made_again() {
    RecordingReceiver interrupting =
        new RecordingReceiver() {
          @Override
          public synchronized void onLink(MemberId peer, boolean up) {
            super.onLink(peer, up);
            if (links().size() == 1) {
              Thread.currentThread().interrupt();
            }
          }
        };
    Transport a = nodes.open(A, interrupting);
    Node b = nodes.open(B);

    await(() -> interrupting.links().equals(List.of("node-b up", "node-b down", "node-b up")));

    await(() -> a.send(B, reply(1)));
    await(() -> b.receiver().messages().contains(reply(1)));
  }

  @Test
  void the_state_of_a_link_can_be_watched() {
    Node a = nodes.open(A);
    nodes.open(B);
    await(() -> a.transport().isLinked(B));
    MetricRegistry metrics = nodes.metrics(A);

    assertThat(metrics.gauge("messaging.peer.node-b.link").getValue()).isEqualTo(1);
    assertThat(metrics.gauge("messaging.peer.node-c.link").getValue()).isEqualTo(0);
    assertThat(metrics.getGauges()).containsKey("messaging.peer.node-b.queue");
    assertThat(metrics.getGauges()).containsKey("messaging.peer.node-b.queue-bytes");

    a.transport().close();

    assertThat(metrics.getGauges()).isEmpty();
  }

  private static Message reply(long id) {
    return new WriteReply(id, Status.OK);
  }

  /** Fails with everything it is told, after it has noted it. */
  private static final class FailingReceiver extends RecordingReceiver {
    private final Throwable fault;

    FailingReceiver(Throwable fault) {
      this.fault = fault;
    }

    @Override
    public void onMessages(MemberId from, List<Message> batch) {
      super.onMessages(from, batch);
      Throwables.throwIfUnchecked(fault);
    }

    @Override
    public synchronized void onLink(MemberId peer, boolean up) {
      super.onLink(peer, up);
      Throwables.throwIfUnchecked(fault);
    }
  }

  /** Fails a few times, where nobody expects it. */
  private static final class FailingMeter extends Meter {
    private volatile int left;

    FailingMeter(int times) {
      this.left = times;
    }

    @Override
    public void mark() {
      mark(1);
    }

    @Override
    public synchronized void mark(long number) {
      left--;
      if (left >= 0) {
        throw new NoClassDefFoundError("thrown by a test");
      }
      super.mark(number);
    }
  }

  /** Handles nothing until it is told to go on. */
  private static final class SlowReceiver extends RecordingReceiver {
    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch going = new CountDownLatch(1);

    @Override
    public void onMessages(MemberId from, List<Message> batch) {
      first.countDown();
      try {
        going.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      super.onMessages(from, batch);
    }

    void awaitFirst() throws InterruptedException {
      first.await();
    }

    void goOn() {
      going.countDown();
    }
  }
}
