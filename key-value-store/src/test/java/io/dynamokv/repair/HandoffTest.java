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

  private void tickLater(long ns) {
    node.nowNs += ns;
    handoff.tick();
  }

  @Test
  void a_holder_that_can_be_reached_is_sent_what_it_is_owed_in_the_order_of_the_keys() {
    List<Key> keys = owe(B, 20);
    node.reachable.add(B);

    handoff.tick();

    assertThat(node.sentKeys(B)).containsExactlyElementsOf(keys);
    assertThat(node.settled).isEmpty();
    node.answerAll(handoff, true);
    assertThat(node.settled).hasSize(20);
    assertThat(node.settledHash(B, keys.get(0))).isEqualTo(StateCodec.hash(stateOf(keys.get(0))));
    assertThat(handoff.underWay()).isZero();
  }

  @Test
  void nothing_is_sent_to_a_holder_that_can_not_be_reached() {
    owe(B, 1);

    handoff.tick();

    assertThat(node.sent).isEmpty();
  }

  @Test
  void so_many_are_under_way_and_no_more() {
    owe(B, Handoff.WINDOW + 10);
    node.reachable.add(B);

    handoff.tick();
    handoff.tick();
    assertThat(handoff.underWay()).isEqualTo(Handoff.WINDOW);

    node.answerAll(handoff, true);
    assertThat(handoff.underWay()).isEqualTo(10);
    node.answerAll(handoff, true);
    assertThat(node.settled).hasSize(Handoff.WINDOW + 10);
  }

  @Test
  void what_the_holder_did_not_store_stays_and_is_tried_again_after_a_pause() {
    owe(B, 1);
    node.reachable.add(B);
    handoff.tick();

    node.answerAll(handoff, false);
    tickLater(1);
    tickLater(1);
    assertThat(node.settled).isEmpty();
    assertThat(node.sent).hasSize(1);

    tickLater(Handoff.PAUSE_NS);
    assertThat(node.sent).as("twice as long after a failure").hasSize(1);
    tickLater(Handoff.PAUSE_NS);
    assertThat(node.sent).hasSize(2);
    node.answerAll(handoff, true);
    assertThat(node.settled).hasSize(1);
  }

  @Test
  void a_delivery_without_answers_is_given_up_and_a_late_answer_still_ends_its_hint() {
    owe(B, 1);
    node.reachable.add(B);
    handoff.tick();
    long lost = node.lastId;

    tickLater(Handoff.SILENCE_NS + 1);
    tickLater(1);
    assertThat(node.sent).hasSize(1);

    handoff.onReply(B, lost, true);
    assertThat(node.settled).hasSize(1);
    assertThat(handoff.underWay()).isZero();
  }

  @Test
  void a_holder_that_goes_away_is_given_up_and_begun_anew_when_it_is_back() {
    owe(B, 1);
    node.reachable.add(B);
    handoff.tick();
    node.reachable.remove(B);
    tickLater(1);

    node.reachable.add(B);
    tickLater(Handoff.PAUSE_NS);

    assertThat(node.sent).hasSize(2);
    assertThat(handoff.underWay()).isOne();
  }

  @Test
  void an_answer_of_somebody_else_does_not_count() {
    owe(B, 1);
    node.reachable.add(B);
    handoff.tick();

    handoff.onReply(C, node.lastId, true);

    assertThat(node.settled).isEmpty();
    assertThat(handoff.underWay()).isOne();
  }

  @Test
  void one_holder_does_not_wait_for_another() {
    owe(B, 1);
    owe(C, 1);
    node.reachable.addAll(Set.of(B, C));
    handoff.tick();
    assertThat(node.sent.keySet()).extracting(Hint::holder).containsExactlyInAnyOrder(B, C);
  }

  @Test
  void a_key_that_is_no_more_is_owed_to_nobody() {
    Key key = owe(B, 1).get(0);
    node.states.remove(key);
    node.reachable.add(B);

    handoff.tick();

    assertThat(node.sent).isEmpty();
    assertThat(node.settledHash(B, key)).isEqualTo(StateCodec.NO_STATE);
  }

  @Test
  void what_can_not_be_sent_or_read_stays() {
    List<Key> keys = owe(B, 2);
    node.unreadable.add(keys.get(0));
    node.refusesToSend = true;
    node.reachable.add(B);
    handoff.tick();
    assertThat(handoff.underWay()).isZero();
    assertThat(node.settled).isEmpty();

    node.unreadable.clear();
    node.refusesToSend = false;
    tickLater(2 * Handoff.PAUSE_NS);
    tickLater(4 * Handoff.PAUSE_NS);
    node.answerAll(handoff, true);
    tickLater(2 * Handoff.PAUSE_NS);
    node.answerAll(handoff, true);
    assertThat(node.settled).hasSize(2);
  }

  @Test
  void what_can_not_be_read_or_is_refused_does_not_hide_what_is_behind_it() {
    List<Key> keys = owe(B, Handoff.FAILURES * 3);
    List<Key> bad = keys.subList(0, Handoff.FAILURES * 2);
    node.unreadable.addAll(bad);
    node.reachable.add(B);

    for (int i = 0; i < 10; i++) {
      tickLater(Handoff.LONGEST_PAUSE_NS);
      node.answerAll(handoff, true);
    }

    assertThat(node.settled).hasSize(Handoff.FAILURES);
  }

  @Test
  void while_this_node_is_busy_nothing_is_lost_and_nothing_fails() {
    owe(B, 3);
    node.reachable.add(B);
    node.busy = true;
    handoff.tick();
    assertThat(handoff.underWay()).isZero();

    node.busy = false;
    tickLater(1);

    assertThat(handoff.underWay()).isEqualTo(3);
  }

  @Test
  void large_states_are_under_way_a_few_at_a_time() {
    owe(B, 100);
    node.states.replaceAll((key, state) -> new byte[1 << 20]);
    node.reachable.add(B);

    handoff.tick();

    assertThat(handoff.underWay()).isEqualTo((int) (Handoff.WINDOW_BYTES >> 20));
    node.answerAll(handoff, true);
    assertThat(node.settled).hasSize(4);
    assertThat(handoff.underWay()).isPositive();
  }

  @Test
  void a_holder_that_refuses_is_left_alone_for_longer_and_longer() {
    owe(B, 1);
    node.reachable.add(B);
    long began = node.nowNs;
    for (int i = 0; i < 10; ) {
      tickLater(Handoff.PAUSE_NS / 2);
      if (handoff.underWay() > 0) {
        node.answerAll(handoff, false);
        i++;
      }
    }
    assertThat(node.nowNs - began).isGreaterThan(5 * Handoff.LONGEST_PAUSE_NS);
  }

  @Test
  void where_notes_can_not_be_struck_out_the_same_is_not_sent_again_and_again() {
    owe(B, 3);
    node.reachable.add(B);
    node.notes = false;
    long began = node.nowNs;
    for (int i = 0; i < 10; ) {
      tickLater(Handoff.PAUSE_NS / 2);
      if (handoff.underWay() > 0) {
        node.answerAll(handoff, true);
        i++;
      }
    }
    assertThat(node.nowNs - began).isGreaterThan(5 * Handoff.LONGEST_PAUSE_NS);
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
    long nowNs;
    boolean refusesToSend;
    boolean notes = true;
    boolean busy;

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
        MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done) {
      TreeMap<Key, Hint> its = hints.getOrDefault(holder, new TreeMap<>());
      done.accept(
          (after == null ? its : its.tailMap(after, false))
              .values().stream().limit(limit).toList());
      return true;
    }

    @Override
    public boolean read(Key key, Consumer<Handoff.Reading> done) {
      if (!busy) {
        done.accept(new Handoff.Reading(unreadable.contains(key), states.get(key)));
      }
      return !busy;
    }

    @Override
    public long nanoTime() {
      return nowNs;
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
    public void handedOver(MemberId holder, Key key, long hash, Consumer<Boolean> done) {
      if (!notes) {
        done.accept(false);
        return;
      }
      settled.put(new Hint(holder, key, 0), hash);
      TreeMap<Key, Hint> its = hints.get(holder);
      if (its != null) {
        its.remove(key);
      }
      done.accept(true);
    }

    void answerAll(Handoff handoff, boolean stored) {
      for (Map.Entry<Hint, Boolean> each : new ArrayList<>(sent.entrySet())) {
        if (!each.getValue()) {
          each.setValue(true);
          handoff.onReply(each.getKey().holder(), each.getKey().sinceMs(), stored);
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
