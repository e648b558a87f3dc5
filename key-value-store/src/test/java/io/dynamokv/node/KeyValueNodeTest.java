package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.ClusterFacts;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.Membership;
import io.dynamokv.repair.AntiEntropy;
import io.dynamokv.repair.Collection;
import io.dynamokv.replica.Replica;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import io.dynamokv.ring.TokenTable;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.activemq.ActiveMqTransport;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings;
import io.dynamokv.transport.activemq.ClusterSecret;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.Version;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three nodes in one process, with their threads and real messaging. */
class KeyValueNodeTest {
  private static final ClusterFacts FACTS = new ClusterFacts("test", 64, 3, 5);

  private final List<KeyValueNode> nodes = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    List<Member> members = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      int port = freePort();
      members.add(new Member(new MemberId("node-" + i), "127.0.0.1", 1, 2, port, "", ""));
    }
    for (int i = 0; i < 3; i++) {
      nodes.add(node(members.get(i), members, i + 1));
    }
    nodes.forEach(KeyValueNode::start);
    for (KeyValueNode node : nodes) {
      await(() -> node.view().reachable().size() == 3);
    }
  }

  @AfterEach
  void stop() {
    nodes.forEach(KeyValueNode::close);
  }

  @Test
  void a_value_stored_through_one_node_is_found_through_every_other() throws Exception {
    Key key = key("greeting");
    PutOutcome stored = put(0, key, Version.NONE, "hello", 3);
    assertThat(stored).isInstanceOf(PutOutcome.Stored.class);
    for (int i = 0; i < 3; i++) {
      assertThat(found(i, key, 3)).containsExactly("hello");
    }
  }

  @Test
  void many_requests_at_once_are_all_answered() throws Exception {
    List<CompletableFuture<PutOutcome>> answers = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      CompletableFuture<PutOutcome> answer = new CompletableFuture<>();
      assertThat(
              nodes
                  .get(i % 3)
                  .put(
                      key("key-" + i),
                      Version.NONE,
                      bytes("v" + i),
                      new Quorum(3, false),
                      "r",
                      answer::complete))
          .isTrue();
      answers.add(answer);
    }
    for (CompletableFuture<PutOutcome> answer : answers) {
      assertThat(answer.get(10, TimeUnit.SECONDS)).isInstanceOf(PutOutcome.Stored.class);
    }
    assertThat(found(1, key("key-2999"), 3)).containsExactly("v2999");
  }

  @Test
  void with_two_of_three_nodes_gone_the_third_says_so_at_once() throws Exception {
    nodes.get(1).close();
    nodes.get(2).close();
    await(() -> nodes.get(0).view().reachable().size() == 1);
    assertThat(put(0, key("alone"), Version.NONE, "x", 2))
        .isEqualTo(new PutOutcome.NotEnoughReplicas(2, 1));
    assertThat(get(0, key("alone"), 2)).isEqualTo(new GetOutcome.NotEnoughReplicas(2, 1));
    assertThat(put(0, key("alone"), Version.NONE, "x", 1)).isInstanceOf(PutOutcome.Stored.class);
  }

  @Test
  void a_node_says_that_it_can_not_serve_when_its_threads_are_no_more() {
    KeyValueNode node = nodes.get(0);
    assertThat(node.failure()).isNull();

    node.close();

    assertThat(node.failure()).contains("threads of this node have ended (storage, timer)");
  }

  private PutOutcome put(int node, Key key, Version from, String value, int wanted)
      throws Exception {
    CompletableFuture<PutOutcome> answer = new CompletableFuture<>();
    nodes
        .get(node)
        .put(key, from, bytes(value), new Quorum(wanted, false), "test", answer::complete);
    return answer.get(10, TimeUnit.SECONDS);
  }

  private GetOutcome get(int node, Key key, int wanted) throws Exception {
    CompletableFuture<GetOutcome> answer = new CompletableFuture<>();
    nodes.get(node).get(key, new Quorum(wanted, false), "test", answer::complete);
    return answer.get(10, TimeUnit.SECONDS);
  }

  private List<String> found(int node, Key key, int wanted) throws Exception {
    return ((GetOutcome.Found) get(node, key, wanted))
        .state().values().stream().map(value -> new String(value, StandardCharsets.UTF_8)).toList();
  }

  private static KeyValueNode node(Member self, List<Member> members, long nodeId) {
    HashedStorage storage =
        new HashedStorage(
            new MemoryDisk().open(Durability.SYNC, 64L << 20), new Partitions(FACTS.partitions()));
    Actor actor = new Actor(nodeId, 1);
    AtomicLong counter = new AtomicLong();
    MetricRegistry metrics = new MetricRegistry();
    Replica replica =
        new Replica(
            storage,
            key -> new Dot(actor, counter.incrementAndGet()),
            System::currentTimeMillis,
            1 << 20,
            metrics);
    TokenTable tokens =
        TokenAllocator.initial(
            members.stream().map(member -> new RingMember(member.id(), member.rack())).toList(),
            new Partitions(FACTS.partitions()),
            FACTS.replicas());
    Membership membership =
        Membership.fixed(
            self,
            members,
            Ring.of(tokens, FACTS.replicas()),
            FACTS,
            nodeId,
            new Membership.Timing(TimeUnit.MILLISECONDS.toNanos(100), TimeUnit.SECONDS.toNanos(5)),
            System.nanoTime());
    return new KeyValueNode(
        new NodeSettings(
            new RequestSettings(500, 2000, 4096, 3000, 512),
            100,
            2,
            8192,
            3_600_000,
            new AntiEntropy.Settings(60_000_000_000L, 1000),
            new Collection.Settings(3_600_000, 60_000_000_000L, 30_000_000_000L),
            64 << 20),
        membership,
        actor,
        replica,
        storage,
        transport(self, members, metrics),
        metrics);
  }

  private static Transport transport(Member self, List<Member> members, MetricRegistry metrics) {
    Map<MemberId, MemberAddress> peers = new HashMap<>();
    for (Member member : members) {
      if (!member.equals(self)) {
        peers.put(member.id(), new MemberAddress(member.host(), member.messagingPort()));
      }
    }
    return new ActiveMqTransport(
        ActiveMqTransportSettings.withDefaults(
            self.id(),
            new MemberAddress("127.0.0.1", self.messagingPort()),
            peers,
            new ClusterSecret("a secret of the test")),
        metrics,
        Clock.systemUTC(),
        new Random());
  }

  private static void await(java.util.function.BooleanSupplier condition) throws Exception {
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(untilNs);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static int freePort() throws Exception {
    try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Key key(String text) {
    return Key.of(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
