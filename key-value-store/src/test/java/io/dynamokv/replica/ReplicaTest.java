package io.dynamokv.replica;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.replica.WriteResult.Refusal;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.storage.memory.MemoryStorage;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.Version;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReplicaTest {
  private static final Key KEY = key("key");
  private static final MemberId HOLDER = new MemberId("b");
  private static final MemberId ANOTHER = new MemberId("c");
  private static final long MAX_HINT_BYTES = 1000;
  private static final Actor OTHER = new Actor(2, 1);

  private final MemoryDisk disk = new MemoryDisk();
  private final MemoryStorage storage = disk.open(Durability.SYNC, 64 << 20);
  private final AtomicLong counter = new AtomicLong();
  private final Replica replica =
      new Replica(
          storage,
          key -> new Dot(new Actor(1, 1), counter.incrementAndGet()),
          () -> 1000,
          MAX_HINT_BYTES,
          new MetricRegistry());

  @Test
  void what_a_holder_is_owed_is_noted_once_and_struck_out_when_it_has_it() {
    stored(coordinate(Version.NONE, "one"));
    apply(new ReplicaWrite.Owe(HOLDER, KEY));
    apply(new ReplicaWrite.Owe(HOLDER, KEY));
    assertThat(replica.hintCounts()).isEqualTo(Map.of(HOLDER, 1L));

    apply(new ReplicaWrite.HandedOver(HOLDER, KEY, hashNow(), false));

    assertThat(replica.hintCounts()).isEmpty();
  }

  @Test
  void a_note_stays_if_the_key_has_changed_since_it_was_sent() {
    Version first = stored(coordinate(Version.NONE, "one")).version();
    apply(new ReplicaWrite.Owe(HOLDER, KEY));
    long sent = hashNow();
    List<WriteResult> results =
        replica.apply(
            List.of(
                new ReplicaWrite.HandedOver(HOLDER, KEY, sent, false),
                new ReplicaWrite.Coordinate(KEY, first, bytes("two"))));

    assertThat(results.get(0)).isInstanceOf(WriteResult.Noted.class);
    assertThat(results.get(1)).isInstanceOf(WriteResult.Stored.class);
    assertThat(replica.hintsFor(HOLDER, null, 10)).hasSize(1);
  }

  @Test
  void a_disk_that_takes_no_notes_does_not_keep_writes_from_being_answered() {
    disk.failWrites("broken");

    assertThat(apply(new ReplicaWrite.Owe(HOLDER, KEY))).isInstanceOf(WriteResult.Noted.class);
    disk.repair();
    apply(new ReplicaWrite.Owe(HOLDER, KEY));
    disk.failWrites("broken");
    assertThat(apply(new ReplicaWrite.HandedOver(HOLDER, KEY, StateCodec.NO_STATE, false)))
        .as("that it stays is told")
        .isInstanceOf(WriteResult.Refused.class);
  }

  @Test
  void what_is_stored_for_a_holder_is_kept_until_the_holder_has_it_and_then_removed() {
    apply(new ReplicaWrite.StandIn(HOLDER, KEY, state("one")));
    assertThat(values()).containsExactly("one");
    assertThat(replica.hintCounts()).isEqualTo(Map.of(HOLDER, 1L));
    long sent = hashNow();

    apply(new ReplicaWrite.StandIn(HOLDER, KEY, state("two")));
    apply(new ReplicaWrite.HandedOver(HOLDER, KEY, sent, true));
    assertThat(values()).containsExactlyInAnyOrder("one", "two");

    apply(new ReplicaWrite.HandedOver(HOLDER, KEY, hashNow(), true));
    assertThat(replica.read(KEY)).isNull();
    assertThat(replica.hintCounts()).isEmpty();
  }

  @Test
  void what_is_stored_for_two_is_kept_until_both_have_it() {
    apply(new ReplicaWrite.StandIn(HOLDER, KEY, state("one")));
    apply(new ReplicaWrite.StandIn(ANOTHER, KEY, state("one")));

    apply(new ReplicaWrite.HandedOver(HOLDER, KEY, hashNow(), true));
    assertThat(values()).containsExactly("one");
    apply(new ReplicaWrite.HandedOver(ANOTHER, KEY, hashNow(), true));

    assertThat(replica.read(KEY)).isNull();
  }

  @Test
  void it_is_removed_when_both_have_it_at_once_too() {
    apply(new ReplicaWrite.StandIn(HOLDER, KEY, state("one")));
    apply(new ReplicaWrite.StandIn(ANOTHER, KEY, state("one")));
    long sent = hashNow();

    replica.apply(
        List.of(
            new ReplicaWrite.HandedOver(HOLDER, KEY, sent, true),
            new ReplicaWrite.HandedOver(ANOTHER, KEY, sent, true)));

    assertThat(replica.read(KEY)).isNull();
    assertThat(replica.hintCounts()).isEmpty();
  }

  @Test
  void what_a_node_holds_itself_stays_when_all_others_have_it() {
    stored(coordinate(Version.NONE, "one"));
    apply(new ReplicaWrite.Owe(HOLDER, KEY));

    apply(new ReplicaWrite.HandedOver(HOLDER, KEY, hashNow(), false));

    assertThat(values()).containsExactly("one");
  }

  @Test
  void nothing_is_stored_for_a_holder_without_a_note_of_it() {
    apply(new ReplicaWrite.StandIn(HOLDER, key("large"), state("x".repeat(2000))));

    assertThat(apply(new ReplicaWrite.StandIn(HOLDER, KEY, state("one"))))
        .isEqualTo(new WriteResult.Refused(WriteResult.Refusal.HINTS_FULL));
    assertThat(replica.read(KEY)).isNull();
    assertThat(replica.hintCounts()).isEqualTo(Map.of(HOLDER, 1L));
  }

  @Test
  void a_note_that_is_given_up_becomes_one_for_each_heir_and_the_state_stays_until_they_have_it() {
    apply(new ReplicaWrite.StandIn(HOLDER, KEY, state("one")));
    Hint hint = replica.hintsFor(HOLDER, null, 1).get(0);
    assertThat(hint.stateBytes()).isEqualTo(state("one").length);

    apply(new ReplicaWrite.Reassign(hint, List.of(ANOTHER)));
    assertThat(replica.hintCounts()).isEqualTo(Map.of(ANOTHER, 1L));
    assertThat(values()).containsExactly("one");
    apply(new ReplicaWrite.HandedOver(ANOTHER, KEY, hashNow(), true));

    assertThat(replica.read(KEY)).isNull();
  }

  @Test
  void a_note_is_given_up_for_others_even_when_no_more_are_taken() {
    apply(new ReplicaWrite.StandIn(HOLDER, KEY, state("x".repeat(2000))));
    Hint hint = replica.hintsFor(HOLDER, null, 1).get(0);

    apply(new ReplicaWrite.Reassign(hint, List.of(ANOTHER)));

    assertThat(replica.hintCounts()).isEqualTo(Map.of(ANOTHER, 1L));
  }

  @Test
  void a_note_is_not_given_up_if_those_for_the_heirs_can_not_be_stored() {
    apply(new ReplicaWrite.StandIn(HOLDER, KEY, state("one")));
    Hint hint = replica.hintsFor(HOLDER, null, 1).get(0);
    disk.failWrites("broken");

    assertThat(apply(new ReplicaWrite.Reassign(hint, List.of(ANOTHER))))
        .isInstanceOf(WriteResult.Refused.class);

    assertThat(replica.hintCounts()).isEqualTo(Map.of(HOLDER, 1L));
  }

  @Test
  void there_is_room_for_notes_about_own_keys_when_nothing_more_is_kept_for_others() {
    apply(new ReplicaWrite.StandIn(HOLDER, key("large"), state("x".repeat(700))));
    assertThat(apply(new ReplicaWrite.StandIn(HOLDER, KEY, state("one"))))
        .isInstanceOf(WriteResult.Refused.class);

    apply(new ReplicaWrite.Owe(ANOTHER, KEY));

    assertThat(replica.hintCounts()).isEqualTo(Map.of(HOLDER, 1L, ANOTHER, 1L));
  }

  /** A first write, each value by another node. */
  private byte[] state(String value) {
    Dot dot = new Dot(new Actor(value.hashCode(), 1), 1);
    return StateCodec.encode(KeyState.EMPTY.write(Version.NONE, dot, 1, bytes(value)));
  }

  private long hashNow() {
    return StateCodec.hash(requireNonNull(replica.read(KEY)));
  }

  @Test
  void a_first_write_is_stored_with_a_version_to_write_from() {
    Version first = stored(coordinate(Version.NONE, "one")).version();
    assertThat(values()).containsExactly("one");
    stored(coordinate(first, "two"));
    assertThat(values()).containsExactly("two");
  }

  @Test
  void a_write_from_an_old_version_is_stale_and_changes_nothing() {
    Version first = stored(coordinate(Version.NONE, "one")).version();
    stored(coordinate(first, "two"));
    assertThat(coordinate(first, "three")).isInstanceOf(WriteResult.Stale.class);
    assertThat(values()).containsExactly("two");
  }

  @Test
  void of_two_writes_in_one_batch_from_the_same_version_the_second_is_stale() {
    List<WriteResult> results =
        replica.apply(
            List.of(
                new ReplicaWrite.Coordinate(KEY, Version.NONE, bytes("one")),
                new ReplicaWrite.Coordinate(key("other"), Version.NONE, bytes("else")),
                new ReplicaWrite.Coordinate(KEY, Version.NONE, bytes("two"))));
    assertThat(results.get(0)).isInstanceOf(WriteResult.Stored.class);
    assertThat(results.get(1)).isInstanceOf(WriteResult.Stored.class);
    assertThat(results.get(2)).isInstanceOf(WriteResult.Stale.class);
    assertThat(values()).containsExactly("one");
  }

  @Test
  void a_concurrent_state_is_merged_and_merging_it_again_changes_nothing() {
    stored(coordinate(Version.NONE, "here"));
    byte[] theirs = StateCodec.encode(stateOf(5, "there"));
    byte[] merged = stored(apply(new ReplicaWrite.Merge(KEY, theirs))).state();
    assertThat(values()).containsExactlyInAnyOrder("here", "there");
    assertThat(stored(apply(new ReplicaWrite.Merge(KEY, theirs))).state()).isEqualTo(merged);
  }

  @Test
  void what_is_no_state_is_refused() {
    assertThat(apply(new ReplicaWrite.Merge(KEY, new byte[] {1, 2, 3})))
        .isEqualTo(new WriteResult.Refused(Refusal.MALFORMED));
    assertThat(replica.read(KEY)).isNull();
  }

  @Test
  void a_hundred_siblings_are_kept_and_one_more_is_refused_until_they_are_resolved() {
    for (int i = 1; i <= KeyState.MAX_SIBLINGS; i++) {
      KeyState sibling = stateOf(new Actor(100 + i, 1), i, "v" + i);
      stored(apply(new ReplicaWrite.Merge(KEY, StateCodec.encode(sibling))));
    }
    byte[] oneMore = StateCodec.encode(stateOf(9, "one more"));
    assertThat(apply(new ReplicaWrite.Merge(KEY, oneMore)))
        .isEqualTo(new WriteResult.Refused(Refusal.TOO_MANY_SIBLINGS));
    assertThat(values()).hasSize(KeyState.MAX_SIBLINGS);
    Version all = state().version();
    stored(coordinate(all, "resolved"));
    assertThat(values()).containsExactly("resolved");
  }

  @Test
  void siblings_that_are_too_large_together_are_refused() {
    String half = "x".repeat(Replica.MAX_STATE_BYTES / 2 + 1);
    stored(coordinate(Version.NONE, half));
    assertThat(apply(new ReplicaWrite.Merge(KEY, StateCodec.encode(stateOf(5, half)))))
        .isEqualTo(new WriteResult.Refused(Refusal.TOO_MANY_SIBLINGS));
    assertThat(values()).containsExactly(half);
  }

  @Test
  void a_disk_that_takes_no_writes_refuses_them_and_keeps_what_it_has() {
    stored(coordinate(Version.NONE, "one"));
    disk.failWrites("the disk of the test is full");
    assertThat(apply(new ReplicaWrite.Coordinate(key("new"), Version.NONE, bytes("two"))))
        .isEqualTo(new WriteResult.Refused(Refusal.STORAGE_FAILED));
    assertThat(values()).containsExactly("one");
  }

  private WriteResult coordinate(Version from, String value) {
    return apply(new ReplicaWrite.Coordinate(KEY, from, bytes(value)));
  }

  private WriteResult apply(ReplicaWrite write) {
    return replica.apply(List.of(write)).get(0);
  }

  private static WriteResult.Stored stored(WriteResult result) {
    assertThat(result).isInstanceOf(WriteResult.Stored.class);
    return (WriteResult.Stored) result;
  }

  private KeyState state() {
    return StateCodec.decode(requireNonNull(replica.read(KEY)));
  }

  private List<String> values() {
    return state().values().stream()
        .map(value -> new String(value, StandardCharsets.UTF_8))
        .toList();
  }

  private static KeyState stateOf(long count, String value) {
    return stateOf(OTHER, count, value);
  }

  private static KeyState stateOf(Actor actor, long count, String value) {
    return KeyState.EMPTY.write(Version.NONE, new Dot(actor, count), 1000 + count, bytes(value));
  }

  private static Key key(String text) {
    return Key.of(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
