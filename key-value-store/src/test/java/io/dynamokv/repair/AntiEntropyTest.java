package io.dynamokv.repair;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.NoopMetricRegistry;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.replica.Replica;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two nodes that hold everything, with real replicas in memory. */
class AntiEntropyTest {
  private static final MemberId A = new MemberId("node-a");
  private static final MemberId B = new MemberId("node-b");
  private static final Partitions PARTITIONS = new Partitions(16);
  private static final long SECOND = 1_000_000_000L;
  private static final long TICK_NS = 10_000_000;
  private static final long INTERVAL_NS = 60 * SECOND;
  private static final int KEYS_PER_SECOND = 100_000;

  private final Deque<Runnable> underWay = new ArrayDeque<>();
  private final List<Runnable> nextTick = new ArrayList<>();
  private long nowNs;
  private final Node a = new Node(A, KEYS_PER_SECOND);
  private final Node b = new Node(B, KEYS_PER_SECOND);

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
    for (long untilNs = nowNs + durationNs; nowNs < untilNs; nowNs += TICK_NS) {
      a.repairs.tick();
      b.repairs.tick();
      underWay.addAll(nextTick);
      nextTick.clear();
      while (!underWay.isEmpty()) {
        underWay.remove().run();
      }
    }
  }

  private RoundReport repair(Node node) {
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
    Node slow = new Node(B, 5);
    for (int i = 0; i < 10; i++) {
      a.put(key(i), state(1, "theirs"));
      slow.put(key(100 + i), state(2, "own"));
    }
    pass(SECOND);
    slow.other = a;
    a.other = slow;
    slow.antiEntropy.repair(report -> {});
    for (int tick = 0; tick < 1000; tick++) {
      nowNs += TICK_NS;
      slow.repairs.tick();
      while (!underWay.isEmpty() || !nextTick.isEmpty()) {
        underWay.addAll(nextTick);
        nextTick.clear();
        underWay.remove().run();
      }
    }
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
    Node slow = new Node(A, 100);
    for (int i = 0; i < 1000; i++) {
      b.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    slow.other = b;
    b.other = slow;
    slow.antiEntropy.repair(report -> {});
    for (int tick = 0; tick < 100; tick++) {
      nowNs += 10_000_000;
      slow.repairs.tick();
      while (!underWay.isEmpty()) {
        underWay.remove().run();
      }
    }
    assertThat(slow.content().size()).isBetween(50, 110);
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
    for (int i = 0; i < 6000; i++) {
      a.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    a.antiEntropy.repair(report -> {});
    passUntilWritesAreUnderWay();
    assertThat(a.writesUnderWay).isEqualTo(Window.LEAST);
    pass(15 * TICK_NS);
    assertThat(a.writesUnderWay).isEqualTo(Window.MOST);
  }

  @Test
  void when_the_other_has_no_room_for_one_fewer_are_under_way() {
    for (int i = 0; i < 10_000; i++) {
      a.put(key(i), state(1, "value"));
    }
    pass(SECOND);
    a.antiEntropy.repair(report -> {});
    passUntilWritesAreUnderWay();
    pass(15 * TICK_NS);
    b.overloads = 1;
    pass(TICK_NS);
    assertThat(a.writesUnderWay).isZero();
    pass(TICK_NS);
    assertThat(a.writesUnderWay).isBetween(Window.MOST / 2, Window.MOST * 2 / 3);
  }

  private void passUntilWritesAreUnderWay() {
    for (int i = 0; i < 1000 && a.writesUnderWay == 0; i++) {
      pass(TICK_NS);
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

  private final class Node implements Repairs.Port {
    private final MemberId id;
    private final HashedStorage storage =
        new HashedStorage(new MemoryDisk().open(Durability.SYNC, 64 << 20), PARTITIONS);
    private final Replica replica =
        new Replica(
            storage, key -> new Dot(new Actor(9, 1), 1), () -> 1, 1000, new NoopMetricRegistry());
    private final TreeServer server = new TreeServer(this);
    private final Repairs repairs;
    private final AntiEntropy antiEntropy;
    private final HashTree unknown = new HashTree(PARTITIONS);
    private @Nullable Node other;
    private int sent;
    private int largestQuestion;
    private boolean knowsNothing;
    private boolean unsafe;
    private boolean isSilent;
    private boolean busy;
    private boolean reaches = true;
    private boolean busyWithReads;
    private int overloads;
    private long bytesUnderWay;
    private int writesUnderWay;
    private int questions;
    private boolean isNew;
    private boolean isReady;
    private long mostBytesUnderWay;
    private @Nullable Key refuses;
    private @Nullable Key swallows;
    private @Nullable Key damaged;
    private @Nullable Function<Message.StatesRequest, Message> oddAnswer;
    private int fetches;
    private int mostFetched;
    private long mostBytesAnswered;

    Node(MemberId id, int keysPerSecond) {
      this.id = id;
      this.repairs =
          new Repairs(
              this,
              new AntiEntropy.Settings(INTERVAL_NS, keysPerSecond),
              new Collection.Settings(0, Long.MAX_VALUE / 4, SECOND),
              1000);
      this.antiEntropy = repairs.antiEntropy();
    }

    void put(Key key, byte[] state) {
      replica.apply(List.of(new ReplicaWrite.Merge(key, state)));
    }

    TreeMap<Key, String> content() {
      TreeMap<Key, String> content = new TreeMap<>();
      storage.scan(
          0,
          -1L,
          (key, state) -> {
            content.put(key, String.valueOf(StateCodec.decode(state)));
            return true;
          });
      return content;
    }

    @Override
    public View view() {
      Member self = new Member(id, "127.0.0.1", 1, 2, 3, "", "");
      MemberId otherId = id.equals(A) ? B : A;
      Member another = new Member(otherId, "127.0.0.1", 1, 2, 3, "", "");
      List<RingMember> onRing = List.of(new RingMember(A, ""), new RingMember(B, ""));
      Ring ring = Ring.of(TokenAllocator.initial(onRing, PARTITIONS, 2), 2);
      return new View(self, List.of(self, another), ring, reaches ? Set.of(A, B) : Set.of(id));
    }

    @Override
    public boolean allFollow() {
      return true;
    }

    @Override
    public boolean isAdmitted(MemberId member) {
      return !isNew || !member.equals(id);
    }

    @Override
    public void ready(long plan) {
      isReady = true;
    }

    @Override
    public void notReady() {
      isReady = false;
    }

    @Override
    public boolean drop(Key key, long hash, Consumer<Boolean> done) {
      throw new AssertionError("everything is held here");
    }

    @Override
    public HashTree tree() {
      return knowsNothing ? unknown : storage.tree();
    }

    @Override
    public boolean settle(Consumer<Boolean> done) {
      done.accept(!unsafe);
      return true;
    }

    @Override
    public boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done) {
      if (!busyWithReads) {
        done.accept(storage.rebuild(firstLeaf, beforeLeaf));
      }
      return !busyWithReads;
    }

    @Override
    public boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done) {
      if (!busy) {
        done.accept(storage.keys(query));
      }
      return !busy;
    }

    @Override
    public boolean check(Key key, long hash, Consumer<Boolean> done) {
      throw new AssertionError("nothing is collected");
    }

    @Override
    public boolean collect(Key key, long hash, Consumer<Boolean> done) {
      throw new AssertionError("nothing is collected");
    }

    @Override
    public long clockMs() {
      return 0;
    }

    @Override
    public boolean read(Key key, Consumer<Handoff.Reading> done) {
      done.accept(new Handoff.Reading(false, replica.read(key)));
      return true;
    }

    @Override
    public boolean readSome(List<Key> keys, long mostBytes, Consumer<List<Handoff.Reading>> done) {
      List<Handoff.Reading> readings = new ArrayList<>();
      long bytes = 0;
      if (overloads-- > 0) {
        return false;
      }
      for (Key key : keys) {
        byte[] state = replica.read(key);
        bytes += state == null ? 0 : state.length;
        if (bytes > mostBytes && !readings.isEmpty()) {
          break;
        }
        boolean failed = damaged != null && key.equals(damaged);
        readings.add(new Handoff.Reading(failed, failed ? null : state));
      }
      done.accept(readings);
      return true;
    }

    @Override
    public boolean merge(Key key, byte[] state, Consumer<byte @Nullable []> done) {
      put(key, state);
      done.accept(replica.read(key));
      return true;
    }

    @Override
    public boolean send(MemberId member, Message message) {
      sent++;
      if (message instanceof Message.KeysRequest request) {
        questions++;
        largestQuestion = Math.max(largestQuestion, request.keys().size());
      }
      if (message instanceof Message.StatesRequest request) {
        fetches++;
        mostFetched = Math.max(mostFetched, request.keys().size());
      }
      if (message instanceof Message.StatesReply reply) {
        long bytes = 0;
        for (Message.FoundState found : reply.found()) {
          bytes += found.state() == null ? 0 : found.state().length;
        }
        mostBytesAnswered = Math.max(mostBytesAnswered, bytes);
      }
      if (message instanceof Message.WriteRequest request) {
        writesUnderWay++;
        bytesUnderWay += request.state().length;
        mostBytesUnderWay = Math.max(mostBytesUnderWay, bytesUnderWay);
        nextTick.add(() -> deliver(message));
        nextTick.add(() -> bytesUnderWay -= request.state().length);
      } else {
        underWay.add(() -> deliver(message));
      }
      return true;
    }

    private void deliver(Message message) {
      Node receiver = other != null ? other : id.equals(A) ? b : a;
      receiver.receive(id, message);
    }

    private void receive(MemberId from, Message message) {
      if (isSilent) {
        return;
      }
      if (message instanceof Message.CompareRequest request) {
        server.onCompare(from, request);
      } else if (message instanceof Message.KeysRequest request) {
        server.onKeys(from, request);
      } else if (message instanceof Message.StatesRequest request) {
        if (oddAnswer != null) {
          send(from, oddAnswer.apply(request));
        } else if (swallows == null || !keysOf(request).contains(swallows)) {
          server.onStates(from, request);
        }
      } else if (message instanceof Message.WriteRequest request) {
        if (swallows == null || !Key.of(request.key()).equals(swallows)) {
          send(from, new Message.WriteReply(request.id(), write(request)));
        }
      } else if (message instanceof Message.Reply reply) {
        writesUnderWay -= message instanceof Message.WriteReply ? 1 : 0;
        repairs.onReply(from, reply.id(), message);
      }
    }

    private static Set<Key> keysOf(Message.StatesRequest request) {
      return request.keys().stream().map(Key::of).collect(Collectors.toSet());
    }

    private Status write(Message.WriteRequest request) {
      Key key = Key.of(request.key());
      if (overloads-- > 0) {
        return Status.OVERLOADED;
      }
      if (refuses != null && key.equals(refuses)) {
        return Status.STORAGE_FAILED;
      }
      List<WriteResult> results =
          replica.apply(List.of(new ReplicaWrite.Merge(key, request.state())));
      return results.get(0) instanceof WriteResult.Stored ? Status.OK : Status.STORAGE_FAILED;
    }

    @Override
    public long nanoTime() {
      return nowNs;
    }
  }
}
