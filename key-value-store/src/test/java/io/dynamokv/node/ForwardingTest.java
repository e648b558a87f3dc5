package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.coordination.Failure;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.View;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Ending;
import io.dynamokv.transport.Message.ForwardedAnswer;
import io.dynamokv.transport.Message.ForwardedGet;
import io.dynamokv.transport.Message.ForwardedPut;
import io.dynamokv.transport.Message.WantedReplicas;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.Version;
import io.dynamokv.version.VersionBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A node, one of two that do not hold the key, and one that does: one copy, three members. */
class ForwardingTest {
  private static final MemberId A = new MemberId("a");
  private static final MemberId B = new MemberId("b");
  private static final MemberId C = new MemberId("c");
  private static final Quorum ONE = new Quorum(1, true);
  private static final KeyState STATE =
      KeyState.EMPTY.write(Version.NONE, new Dot(new Actor(7, 1), 3), 9, new byte[] {5});

  /** Held by B. */
  private static final Key KEY = heldBy(B);

  /** Held by A, which is the node. */
  private static final Key OWN = heldBy(A);

  private final List<Message> sent = new ArrayList<>();
  private final List<MemberId> receivers = new ArrayList<>();
  private final List<GetOutcome> found = new ArrayList<>();
  private final List<PutOutcome> written = new ArrayList<>();
  private final List<Consumer<LocalReplica.WriteProgress>> writes = new ArrayList<>();
  private final MetricRegistry metrics = new MetricRegistry();
  private final Admission admission = new Admission(2, 100);
  private final Places forwards = new Places(2);
  private boolean isQueueFull;
  private int longest = Integer.MAX_VALUE;
  private View view = Views.of(1, A, B, C);
  private long nowMs;

  private final LocalReplica replica =
      new EmptyReplica() {
        @Override
        public boolean write(ReplicaWrite write, Consumer<WriteProgress> progress) {
          return writes.add(progress);
        }
      };

  private final Coordinator coordinator =
      new Coordinator(
          0,
          1,
          100,
          replica,
          new SendingPeers(this::send),
          () -> view,
          Runnable::run,
          (member, work) -> {},
          () -> nowMs * 1_000_000,
          new RequestSettings(500, 2000, 100, 3000, 2),
          forwards,
          new CoordinatorMetrics(metrics, () -> nowMs * 1_000_000));

  private final ForwardServer server =
      new ForwardServer(
          List.of(coordinator), List.of(Runnable::run), admission, new SendingPeers(this::send));

  private static Key heldBy(MemberId holder) {
    View view = Views.of(1, A, B, C);
    for (int i = 0; ; i++) {
      Key key = Key.of(new byte[] {(byte) i});
      if (view.ring().preferenceList(key).holders().equals(List.of(holder))) {
        return key;
      }
    }
  }

  private boolean send(MemberId peer, Message message) {
    boolean isTooLong =
        message instanceof ForwardedAnswer answer
            && answer.result() != null
            && answer.result().length > longest;
    if (isQueueFull || isTooLong) {
      return false;
    }
    receivers.add(peer);
    return sent.add(message);
  }

  private void get() {
    coordinator.get(KEY, ONE, "the-request", found::add);
  }

  private void put() {
    ReplicaWrite.Coordinate write =
        new ReplicaWrite.Coordinate(KEY, STATE.version(), new byte[] {6});
    coordinator.put(write, ONE, "the-request", written::add);
  }

  @Test
  void a_write_of_a_key_that_the_node_has_just_ceased_to_hold_goes_to_one_that_holds_it() {
    ReplicaWrite.Coordinate write =
        new ReplicaWrite.Coordinate(OWN, STATE.version(), new byte[] {6});
    coordinator.put(write, ONE, "the-request", written::add);
    view = new View(view.self(), view.members(), Views.of(1, B, C).ring(), view.reachable());

    writes
        .get(0)
        .accept(
            new LocalReplica.WriteProgress.Decided(
                new WriteResult.Refused(WriteResult.Refusal.NOT_A_HOLDER)));

    assertThat(written).isEmpty();
    assertThat(sent).hasSize(1).first().isInstanceOf(ForwardedPut.class);
    assertThat(coordinator.registered()).isOne();
  }

  private ForwardedAnswer answer(Ending ending, byte @Nullable [] result) {
    return new ForwardedAnswer(((Message.Forwarded) sent.get(0)).id(), ending, 1, 0, result);
  }

  @Test
  void a_read_goes_to_a_holder_with_all_that_belongs_to_it() {
    get();

    assertThat(receivers).containsExactly(B);
    ForwardedGet message = (ForwardedGet) sent.get(0);
    assertThat(message.requestId()).isEqualTo("the-request");
    assertThat(message.key()).isEqualTo(KEY.bytes());
    assertThat(message.wanted()).isEqualTo(new WantedReplicas(1, true));
    assertThat(forwards.taken()).isOne();

    coordinator.onReply(B, answer(Ending.DONE, StateCodec.encode(STATE)));

    assertThat(found).containsExactly(new GetOutcome.Found(STATE));
    assertThat(forwards.taken()).isZero();
    assertThat(coordinator.registered()).isZero();
    assertThat(metrics.timer("requests.forwarded.latency").getCount()).isOne();
    assertThat(metrics.timer("requests.get.latency").getCount()).isZero();
    assertThat(metrics.timer("requests.replica-round-trip").getCount()).isZero();
  }

  @Test
  void so_does_a_write() {
    put();

    ForwardedPut message = (ForwardedPut) sent.get(0);
    assertThat(VersionBytes.decode(message.from())).isEqualTo(STATE.version());
    assertThat(message.value()).containsExactly(6);

    coordinator.onReply(B, answer(Ending.DONE, VersionBytes.encode(STATE.version())));

    assertThat(written).containsExactly(new PutOutcome.Stored(STATE.version()));
  }

  @Test
  void a_key_that_nobody_knows_has_no_state() {
    get();
    coordinator.onReply(B, answer(Ending.DONE, null));

    assertThat(found).containsExactly(new GetOutcome.Found(KeyState.EMPTY));
  }

  @Test
  void what_can_not_be_read_is_no_answer() {
    get();
    coordinator.onReply(B, answer(Ending.DONE, new byte[] {-1}));
    assertThat(found).containsExactly(new GetOutcome.NoCoordinator(1, 1));

    sent.clear();
    put();
    coordinator.onReply(B, answer(Ending.DONE, new byte[] {-1}));
    assertThat(written).containsExactly(new PutOutcome.Unknown(1, 1));
  }

  @Test
  void refusals_come_through() {
    put();
    coordinator.onReply(B, answer(Ending.STALE, null));
    sent.clear();
    put();
    coordinator.onReply(B, answer(Ending.TOO_MANY_SIBLINGS, null));
    sent.clear();
    put();
    coordinator.onReply(B, answer(Ending.NOT_HERE, null));

    assertThat(written)
        .containsExactly(
            new PutOutcome.Stale(),
            new PutOutcome.NotStored(Failure.TOO_MANY_SIBLINGS),
            new PutOutcome.NoCoordinator(1, 1));
  }

  @Test
  void if_no_holder_can_be_reached_the_client_is_told_at_once() {
    view = new View(view.self(), view.members(), view.ring(), Set.of(A, C));

    get();

    assertThat(found).containsExactly(new GetOutcome.NoCoordinator(1, 1));
    assertThat(sent).isEmpty();
    assertThat(forwards.taken()).isZero();
  }

  @Test
  void so_it_is_if_nothing_can_be_sent_to_it() {
    isQueueFull = true;

    put();

    assertThat(written).containsExactly(new PutOutcome.NoCoordinator(1, 1));
  }

  @Test
  void a_holder_that_is_silent_is_waited_for_until_the_time_is_up() {
    get();
    put();
    for (; nowMs < 2990; nowMs += 10) {
      coordinator.tick();
    }
    assertThat(found).isEmpty();

    for (; nowMs < 3020; nowMs += 10) {
      coordinator.tick();
    }

    assertThat(found).containsExactly(new GetOutcome.TimedOut(1, 0));
    assertThat(written).containsExactly(new PutOutcome.Unknown(1, 0));
    assertThat(metrics.meter("requests.replica-timeouts").getCount()).isZero();
  }

  @Test
  void so_many_are_forwarded_at_once_and_no_more() {
    get();
    put();

    get();
    put();

    assertThat(found).containsExactly(new GetOutcome.Overloaded());
    assertThat(written).containsExactly(new PutOutcome.NotStored(Failure.OVERLOADED));
    assertThat(metrics.meter("requests.forwarded.refused").getCount()).isEqualTo(2);
  }

  @Test
  void a_forwarded_read_is_answered_to_who_has_sent_it() {
    server.onRequest(C, forwardedGet(OWN));

    assertThat(receivers).containsExactly(C);
    assertThat(sent).containsExactly(new ForwardedAnswer(44, Ending.DONE, 0, 0, null));
    assertThat(admission.unanswered()).isZero();
  }

  @Test
  void what_is_not_held_here_is_not_forwarded_again() {
    server.onRequest(C, forwardedGet(KEY));
    server.onRequest(C, forwardedPut(KEY, 45));

    assertThat(sent)
        .containsExactly(ForwardedAnswers.refused(44, false), ForwardedAnswers.refused(45, false));
    assertThat(receivers).containsOnly(C);
    assertThat(admission.unanswered()).isZero();
  }

  @Test
  void a_forwarded_write_that_comes_twice_is_done_once() {
    server.onRequest(C, forwardedPut(OWN, 45));
    server.onRequest(C, forwardedPut(OWN, 45));

    assertThat(writes).hasSize(1);
    assertThat(admission.unanswered()).isOne();

    server.onRequest(C, forwardedPut(OWN, 46));
    assertThat(writes).hasSize(2);
  }

  @Test
  void they_count_towards_the_nodes_limit() {
    server.onRequest(C, forwardedPut(OWN, 45));
    server.onRequest(C, forwardedPut(OWN, 46));

    server.onRequest(C, forwardedPut(OWN, 47));

    assertThat(writes).hasSize(2);
    assertThat(sent).containsExactly(ForwardedAnswers.refused(47, true));
  }

  @Test
  void what_was_refused_once_is_not_begun_when_it_comes_again() {
    server.onRequest(C, forwardedPut(OWN, 45));
    server.onRequest(C, forwardedPut(OWN, 46));
    server.onRequest(C, forwardedPut(OWN, 47));
    admission.leaveForwarded(0);

    server.onRequest(C, forwardedPut(OWN, 47));

    assertThat(writes).hasSize(2);
    assertThat(sent).containsExactly(ForwardedAnswers.refused(47, true));
  }

  @Test
  void one_that_comes_again_when_there_is_no_room_is_not_refused() {
    server.onRequest(C, forwardedPut(OWN, 45));
    server.onRequest(C, forwardedPut(OWN, 46));

    server.onRequest(C, forwardedPut(OWN, 46));

    assertThat(sent).isEmpty();
  }

  @Test
  void their_bytes_are_limited_too() {
    WantedReplicas one = new WantedReplicas(1, false);
    byte[] nothing = VersionBytes.encode(Version.NONE);
    server.onRequest(C, new ForwardedPut(45, "r", OWN.bytes(), one, nothing, new byte[60]));

    server.onRequest(C, new ForwardedPut(46, "r", OWN.bytes(), one, nothing, new byte[60]));

    assertThat(writes).hasSize(1);
    assertThat(sent).containsExactly(ForwardedAnswers.refused(46, true));
    assertThat(admission.unanswered()).isOne();
  }

  @Test
  void a_node_that_stops_refuses_what_comes() {
    server.refuse();

    server.onRequest(C, forwardedGet(OWN));

    assertThat(sent).containsExactly(ForwardedAnswers.refused(44, true));
    assertThat(admission.unanswered()).isZero();
  }

  @Test
  void what_replicas_know_together_may_have_more_siblings_than_one_of_them() {
    KeyState many = KeyState.EMPTY;
    for (int i = 1; i <= KeyState.MAX_SIBLINGS + 50; i++) {
      Dot dot = new Dot(new Actor(i, 1), 1);
      many = many.merge(KeyState.EMPTY.write(Version.NONE, dot, 1, new byte[] {5}));
    }
    get();

    coordinator.onReply(B, answer(Ending.DONE, StateCodec.encode(many)));

    assertThat(found).containsExactly(new GetOutcome.Found(many));
  }

  @Test
  void a_version_that_is_none_is_refused() {
    WantedReplicas one = new WantedReplicas(1, false);
    server.onRequest(C, new ForwardedPut(45, "r", OWN.bytes(), one, new byte[] {-1}, null));

    assertThat(sent).containsExactly(ForwardedAnswers.refused(45, false));
    assertThat(writes).isEmpty();
    assertThat(admission.unanswered()).isZero();
  }

  @Test
  void an_answer_that_is_too_large_to_travel_is_a_refusal() {
    LocalReplica full =
        new EmptyReplica() {
          @Override
          public boolean read(Key key, Consumer<ReadResult> done) {
            done.accept(new ReadResult.Read(StateCodec.encode(STATE)));
            return true;
          }
        };
    Coordinator itsCoordinator =
        new Coordinator(
            0,
            1,
            100,
            full,
            new SendingPeers(this::send),
            () -> view,
            Runnable::run,
            (member, work) -> {},
            () -> 0,
            new RequestSettings(500, 2000, 100, 3000, 2),
            forwards,
            new CoordinatorMetrics(metrics, () -> 0));
    longest = 3;

    new ForwardServer(
            List.of(itsCoordinator),
            List.of(Runnable::run),
            admission,
            new SendingPeers(this::send))
        .onRequest(C, forwardedGet(OWN));

    assertThat(sent).containsExactly(ForwardedAnswers.refused(44, true));
  }

  private static ForwardedGet forwardedGet(Key key) {
    return new ForwardedGet(44, "r", key.bytes(), new WantedReplicas(1, false));
  }

  private static ForwardedPut forwardedPut(Key key, long id) {
    byte[] nothing = VersionBytes.encode(Version.NONE);
    WantedReplicas one = new WantedReplicas(1, false);
    return new ForwardedPut(id, "r", key.bytes(), one, nothing, new byte[] {1});
  }
}
