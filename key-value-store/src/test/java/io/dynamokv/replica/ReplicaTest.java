package io.dynamokv.replica;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.replica.WriteResult.Refusal;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Durability;
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
  private static final Actor OTHER = new Actor(2, 1);

  private final MemoryDisk disk = new MemoryDisk();
  private final MemoryStorage storage = disk.open(Durability.SYNC, 64 << 20);
  private final AtomicLong counter = new AtomicLong();
  private final Replica replica =
      new Replica(
          storage,
          () -> new Dot(new Actor(1, 1), counter.incrementAndGet()),
          () -> 1000,
          new MetricRegistry());

  @Test
  void what_a_holder_is_owed_is_noted_once_and_struck_out_when_it_has_it() {
    stored(coordinate(Version.NONE, "one"));
    apply(new ReplicaWrite.Owe(HOLDER, KEY));
    apply(new ReplicaWrite.Owe(HOLDER, KEY));
    assertThat(replica.hintCounts()).isEqualTo(Map.of(HOLDER, 1L));

    apply(new ReplicaWrite.HandedOver(HOLDER, KEY, hashNow()));

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
                new ReplicaWrite.HandedOver(HOLDER, KEY, sent),
                new ReplicaWrite.Coordinate(KEY, first, bytes("two"))));

    assertThat(results.get(0)).isInstanceOf(WriteResult.Noted.class);
    assertThat(results.get(1)).isInstanceOf(WriteResult.Stored.class);
    assertThat(replica.hintsFor(HOLDER, null, 10)).hasSize(1);
  }

  @Test
  void a_disk_that_takes_no_notes_does_not_keep_writes_from_being_answered() {
    disk.failWrites("broken");

    assertThat(apply(new ReplicaWrite.Owe(HOLDER, KEY))).isInstanceOf(WriteResult.Noted.class);
    assertThat(apply(new ReplicaWrite.HandedOver(HOLDER, KEY, StateCodec.NO_STATE)))
        .isInstanceOf(WriteResult.Noted.class);
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
