package io.dynamokv.transport.activemq;

import static io.dynamokv.transport.activemq.TestNodes.A;
import static io.dynamokv.transport.activemq.TestNodes.B;
import static io.dynamokv.transport.activemq.TestNodes.C;
import static io.dynamokv.transport.activemq.TestNodes.SECRET;
import static io.dynamokv.transport.activemq.TestNodes.TIMING;
import static io.dynamokv.transport.activemq.TestNodes.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.transport.RecordingReceiver;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings.Timing;
import io.dynamokv.transport.activemq.TestNodes.Node;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Members come in at node A whoever else stands at its door. Strangers may stand there for longer
 * than any test lasts, so that it is not their time that makes room.
 */
class CrowdedDoorTest {
  private static final Timing PATIENT =
      new Timing(
          TIMING.connect(),
          TIMING.write(),
          Duration.ofMinutes(5),
          TIMING.idle(),
          TIMING.firstRetry(),
          TIMING.lastRetry());

  private final TestNodes nodes = new TestNodes();
  private final List<Socket> crowd = new ArrayList<>();
  private final ActiveMqTransportSettings settings = nodes.settings(A, SECRET, PATIENT);
  private final RecordingReceiver receiver = new RecordingReceiver();
  private ActiveMqTransport a;

  @BeforeEach
  void open() {
    a = nodes.open(settings, receiver);
  }

  @AfterEach
  void close() throws IOException {
    for (Socket socket : crowd) {
      socket.close();
    }
    nodes.close();
  }

  @Test
  void a_member_comes_in_though_strangers_stand_on_every_place() throws IOException {
    gather(3 * settings.maxStrangers());

    Node b = nodes.open(B);

    await(() -> b.transport().isLinked(A) && a.isLinked(B));
    assertThat(strangers()).isPositive();
  }

  @Test
  void strangers_never_have_more_than_their_places() throws IOException {
    gather(3 * settings.maxStrangers());

    assertThat(strangers()).isEqualTo(settings.maxStrangers());
    await(() -> connections() == settings.maxStrangers());
    assertThat(nodes.count(A, "messaging.connections.refused"))
        .isEqualTo(2L * settings.maxStrangers());
  }

  @Test
  void a_member_that_is_in_stays_in_whoever_comes() throws IOException {
    Node b = nodes.open(B);
    await(() -> b.transport().isLinked(A) && a.isLinked(B));

    gather(5 * settings.maxStrangers());

    assertThat(b.transport().isLinked(A)).isTrue();
    assertThat(nodes.count(B, "messaging.peer.node-a.linked")).isEqualTo(1);
  }

  @Test
  void a_member_that_has_come_in_needs_no_place_among_the_strangers() {
    Node b = nodes.open(B);
    Node c = nodes.open(C);
    await(() -> b.transport().isLinked(A) && c.transport().isLinked(A));

    // One of their links in the other lane may be at the door just now.
    await(() -> strangers() == 0);
  }

  /** Each has been met, or turned away, before the next comes. */
  private void gather(int number) throws IOException {
    for (int i = 0; i < number; i++) {
      Socket socket = new Socket(nodes.address(A).host(), nodes.address(A).port());
      crowd.add(socket);
      socket.setSoTimeout(15_000);
      // What the broker says to anyone, if anything.
      socket.getInputStream().read();
    }
  }

  private int strangers() {
    return metric("messaging.connections.strangers");
  }

  private int connections() {
    return metric("messaging.connections.open");
  }

  private int metric(String gauge) {
    return ((Number) nodes.metrics(A).gauge(gauge).getValue()).intValue();
  }
}
