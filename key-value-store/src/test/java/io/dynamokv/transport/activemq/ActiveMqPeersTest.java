package io.dynamokv.transport.activemq;

import static io.dynamokv.transport.activemq.TestNodes.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistryListener;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.RecordingReceiver;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.activemq.TestNodes.Node;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Peers that come and go, and greetings of those that nobody knows yet. */
class ActiveMqPeersTest {
  private static final MemberId A = TestNodes.A;
  private static final MemberId B = TestNodes.B;
  private static final MemberId C = TestNodes.C;

  private final TestNodes nodes = new TestNodes();

  @AfterEach
  void close() {
    nodes.close();
  }

  private Node openKnowing(MemberId self, Map<MemberId, MemberAddress> peers) {
    RecordingReceiver receiver = new RecordingReceiver();
    return new Node(nodes.open(knowing(self, peers), receiver), receiver);
  }

  private ActiveMqTransportSettings knowing(MemberId self, Map<MemberId, MemberAddress> peers) {
    ActiveMqTransportSettings all = nodes.settings(self);
    return new ActiveMqTransportSettings(
        self,
        all.bind(),
        peers,
        all.secret(),
        all.limits(),
        all.queues(),
        all.timing(),
        all.maxStrangers());
  }

  @Test
  void a_greeting_reaches_one_that_does_not_know_who_greets() {
    Node a = openKnowing(A, Map.of());
    Node b = openKnowing(B, Map.of());
    Message greeting = new Message.Gossip(new byte[] {1, 2, 3}, true);

    a.transport().greet(nodes.address(B), greeting);

    await(() -> !b.receiver().messages().isEmpty());
    assertThat(b.receiver().senders()).containsExactly(A);
    assertThat(b.receiver().messages().get(0))
        .isInstanceOfSatisfying(
            Message.Gossip.class, gossip -> assertThat(gossip.roster()).containsExactly(1, 2, 3));
  }

  @Test
  void a_greeting_with_another_secret_is_not_heard() {
    Node b = openKnowing(B, Map.of());
    ActiveMqTransportSettings other =
        nodes.settings(A, new ClusterSecret("the secret of another cluster"), TestNodes.TIMING);

    nodes
        .open(other, new RecordingReceiver())
        .greet(nodes.address(B), new Message.Gossip(new byte[] {1}, true));

    await(() -> nodes.count(B, "messaging.connections.refused") > 0);
    assertThat(b.receiver().messages()).isEmpty();
  }

  @Test
  void nobody_is_let_in_before_it_is_a_peer_nor_after() {
    Node a = openKnowing(A, Map.of(B, nodes.address(B)));
    Node b = openKnowing(B, Map.of());
    await(() -> nodes.count(B, "messaging.connections.refused") > 0);
    assertThat(a.transport().isLinked(B)).isFalse();

    b.transport().setPeers(Map.of(A, nodes.address(A)));
    await(() -> a.transport().isLinked(B) && b.transport().isLinked(A));

    b.transport().setPeers(Map.of());
    await(() -> !a.transport().isLinked(B) && !b.transport().isLinked(A));
    await(() -> b.receiver().links().size() > 1); // It is told a little later.
    assertThat(b.receiver().links()).containsExactly("node-a up", "node-a down");
  }

  @Test
  void a_peer_that_has_moved_is_linked_at_its_new_address() {
    Node a = openKnowing(A, Map.of(B, nodes.address(C)));
    openKnowing(B, Map.of(A, nodes.address(A)));
    assertThat(a.transport().isLinked(B)).isFalse();

    a.transport().setPeers(Map.of(B, nodes.address(B)));

    await(() -> a.transport().isLinked(B));
  }

  @Test
  void one_that_is_greeted_while_it_starts_keeps_the_peers_that_it_meets_by_that() {
    Node b = openKnowing(B, Map.of(A, nodes.address(A)));
    ActiveMqTransport a = nodes.create(knowing(A, Map.of()));
    AtomicBoolean hasMet = new AtomicBoolean();
    nodes
        .metrics(A)
        .addListener(
            new MetricRegistryListener.Base() {
              @Override
              public void onGaugeAdded(String name, Gauge<?> gauge) {
                if (!hasMet.get()) {
                  b.transport().greet(nodes.address(A), new Message.Gossip(new byte[] {1}, true));
                  await(hasMet::get); // It is still starting.
                }
              }
            });

    a.start(
        new Transport.Receiver() {
          @Override
          public void onMessages(MemberId from, List<Message> messages) {
            a.setPeers(Map.of(B, nodes.address(B)));
            hasMet.set(true);
          }

          @Override
          public void onLink(MemberId peer, boolean up) {}
        });

    await(() -> a.isLinked(B) && b.transport().isLinked(A));
  }
}
