package io.dynamokv.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.version.StateCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a node owes, and how it pays. */
class HandoffTest {
  private static final MemberId B = new MemberId("b");
  private static final MemberId C = new MemberId("c");

  private final FakeNode node = new FakeNode();
  private final Handoff handoff = new Handoff(node, 1000);
  private long nowNs;

  private void tickLater(long ns) {
    nowNs += ns;
    handoff.tick(nowNs);
  }

  @Test
  void a_holder_that_can_be_reached_is_sent_what_it_is_owed_in_the_order_of_the_keys() {
    List<Key> keys = owe(B, 20);
    node.reachable.add(B);

    handoff.tick(0);

    assertThat(node.sentKeys(B)).containsExactlyElementsOf(keys);
    assertThat(node.settled).isEmpty();
    node.answerAll(handoff, true, nowNs);
    assertThat(node.settled).hasSize(20);
    assertThat(node.settledHash(B, keys.get(0))).isEqualTo(StateCodec.hash(stateOf(keys.get(0))));
    assertThat(handoff.underWay()).isZero();
  }

  @Test
  void nothing_is_sent_to_a_holder_that_can_not_be_reached() {
    owe(B, 1);

    handoff.tick(0);

    assertThat(node.sent).isEmpty();
  }

  @Test
  void so_many_are_under_way_and_no_more() {
    owe(B, Handoff.WINDOW + 10);
    node.reachable.add(B);

    handoff.tick(0);
    handoff.tick(1);
    assertThat(handoff.underWay()).isEqualTo(Handoff.WINDOW);

    node.answerAll(handoff, true, nowNs);
    assertThat(handoff.underWay()).isEqualTo(10);
    node.answerAll(handoff, true, nowNs);
    assertThat(node.settled).hasSize(Handoff.WINDOW + 10);
  }

  @Test
  void what_the_holder_did_not_store_stays_and_is_tried_again_after_a_pause() {
    owe(B, 1);
    node.reachable.add(B);
    handoff.tick(0);

    node.answerAll(handoff, false, nowNs);
    tickLater(1);
    tickLater(1);
    assertThat(node.settled).isEmpty();
    assertThat(node.sent).hasSize(1);

    tickLater(Handoff.PAUSE_NS);
    assertThat(node.sent).hasSize(2);
    node.answerAll(handoff, true, nowNs);
    assertThat(node.settled).hasSize(1);
  }

  @Test
  void a_window_without_answers_is_given_up_and_a_late_answer_changes_nothing() {
    owe(B, 1);
    node.reachable.add(B);
    handoff.tick(0);
    long lost = node.lastId;

    tickLater(Handoff.WINDOW_NS + 1);
    assertThat(handoff.underWay()).isZero();
    handoff.onReply(B, lost, true, nowNs);
    assertThat(node.settled).isEmpty();

    tickLater(Handoff.PAUSE_NS);
    assertThat(handoff.underWay()).isOne();
  }

  @Test
  void a_holder_that_goes_away_is_given_up_at_once() {
    owe(B, 1);
    node.reachable.add(B);
    handoff.tick(0);
    node.reachable.remove(B);

    tickLater(1);

    assertThat(handoff.underWay()).isZero();
  }

  @Test
  void an_answer_of_somebody_else_does_not_count() {
    owe(B, 1);
    node.reachable.add(B);
    handoff.tick(0);

    handoff.onReply(C, node.lastId, true, nowNs);

    assertThat(node.settled).isEmpty();
    assertThat(handoff.underWay()).isOne();
  }

  @Test
  void one_holder_does_not_wait_for_another() {
    owe(B, 1);
    owe(C, 1);
    node.reachable.addAll(Set.of(B, C));
    handoff.tick(0);
    assertThat(node.sent.keySet()).extracting(Hint::holder).containsExactlyInAnyOrder(B, C);
  }

  @Test
  void a_key_that_is_no_more_is_owed_to_nobody() {
    Key key = owe(B, 1).get(0);
    node.states.remove(key);
    node.reachable.add(B);

    handoff.tick(0);

    assertThat(node.sent).isEmpty();
    assertThat(node.settledHash(B, key)).isEqualTo(StateCodec.NO_STATE);
  }

  @Test
  void what_can_not_be_sent_or_read_stays() {
    List<Key> keys = owe(B, 2);
    node.unreadable.add(keys.get(0));
    node.refusesToSend = true;
    node.reachable.add(B);
    handoff.tick(0);
    assertThat(handoff.underWay()).isZero();
    assertThat(node.settled).isEmpty();

    node.unreadable.clear();
    node.refusesToSend = false;
    tickLater(Handoff.WINDOW_NS + 1);
    tickLater(Handoff.PAUSE_NS);
    node.answerAll(handoff, true, nowNs);
    assertThat(node.settled).hasSize(2);
  }

  private List<Key> owe(MemberId holder, int count) {
    TreeSet<Key> keys = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      Key key = Key.of(("key-" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
      keys.add(key);
      node.states.put(key, stateOf(key));
      node.hints.computeIfAbsent(holder, id -> new TreeMap<>()).put(key, new Hint(holder, key, 1));
    }
    return new ArrayList<>(keys);
  }

  private static byte[] stateOf(Key key) {
    return ("state of " + key).getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static final class FakeNode implements Handoff.Port {
    final Map<MemberId, TreeMap<Key, Hint>> hints = new HashMap<>();
    final Map<Key, byte[]> states = new HashMap<>();
    final Set<Key> unreadable = new HashSet<>();
    final Set<MemberId> reachable = new HashSet<>();
    final Map<Hint, Long> settled = new HashMap<>();

    /** Every message, by holder, key and, as the time, id. */
    final Map<Hint, Boolean> sent = new LinkedHashMap<>();

    long lastId;
    boolean refusesToSend;

    @Override
    public Map<MemberId, Long> owed() {
      Map<MemberId, Long> owed = new HashMap<>();
      hints.forEach((holder, its) -> owed.put(holder, (long) its.size()));
      return owed;
    }

    @Override
    public Set<MemberId> reachable() {
      return Set.copyOf(reachable);
    }

    @Override
    public boolean hints(
        MemberId holder, @Nullable Key after, int limit, Consumer<List<Hint>> done) {
      TreeMap<Key, Hint> its = hints.getOrDefault(holder, new TreeMap<>());
      done.accept(
          (after == null ? its : its.tailMap(after, false))
              .values().stream().limit(limit).toList());
      return true;
    }

    @Override
    public void read(Key key, Consumer<byte @Nullable []> done) {
      if (!unreadable.contains(key)) {
        done.accept(states.get(key));
      }
    }

    @Override
    public boolean send(MemberId holder, long id, Key key, byte[] state) {
      if (refusesToSend) {
        return false;
      }
      lastId = id;
      sent.put(new Hint(holder, key, id), false);
      return true;
    }

    @Override
    public void handedOver(MemberId holder, Key key, long hash) {
      settled.put(new Hint(holder, key, 0), hash);
      TreeMap<Key, Hint> its = hints.get(holder);
      if (its != null) {
        its.remove(key);
      }
    }

    void answerAll(Handoff handoff, boolean stored, long nowNs) {
      for (Map.Entry<Hint, Boolean> each : new ArrayList<>(sent.entrySet())) {
        if (!each.getValue()) {
          each.setValue(true);
          handoff.onReply(each.getKey().holder(), each.getKey().sinceMs(), stored, nowNs);
        }
      }
    }

    List<Key> sentKeys(MemberId holder) {
      return sent.keySet().stream()
          .filter(message -> message.holder().equals(holder))
          .map(Hint::key)
          .toList();
    }

    @Nullable Long settledHash(MemberId holder, Key key) {
      return settled.get(new Hint(holder, key, 0));
    }
  }
}
