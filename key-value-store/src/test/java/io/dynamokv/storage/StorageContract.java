package io.dynamokv.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Storage.Change;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the port promises, for every engine. */
public abstract class StorageContract {
  protected Storage storage;

  /** A new, empty storage. */
  protected abstract Storage open() throws Exception;

  @BeforeEach
  final void openStorage() throws Exception {
    storage = open();
  }

  @AfterEach
  final void closeStorage() {
    storage.close();
  }

  // Hints

  private static final MemberId B = new MemberId("b");
  private static final MemberId BB = new MemberId("bb");

  @Test
  void hints_come_for_each_holder_in_the_order_of_keys() {
    storage.hints().add(List.of(hint(BB, "x", 1), hint(B, "x", 2), hint(B, "y", 3)));
    List<Key> ordered = Stream.of(key("x"), key("y")).sorted().toList();

    assertThat(storage.hints().of(B, null, 10))
        .extracting(Hint::key)
        .containsExactlyElementsOf(ordered);
    assertThat(storage.hints().of(B, null, 1))
        .extracting(Hint::key)
        .containsExactly(ordered.get(0));
    assertThat(storage.hints().of(B, ordered.get(0), 10))
        .extracting(Hint::key)
        .containsExactly(ordered.get(1));
    assertThat(storage.hints().of(B, ordered.get(1), 10)).isEmpty();
    assertThat(storage.hints().of(BB, null, 10)).containsExactly(hint(BB, "x", 1));
    assertThat(storage.hints().of(new MemberId("a"), null, 10)).isEmpty();
    assertThat(storage.hints().of(new MemberId("c"), null, 10)).isEmpty();
  }

  @Test
  void a_hint_that_is_there_keeps_its_time() {
    storage.hints().add(List.of(hint(B, "x", 1)));
    storage.hints().add(List.of(hint(B, "x", 2)));

    assertThat(storage.hints().of(B, null, 10)).containsExactly(hint(B, "x", 1));
    assertThat(storage.hints().counts()).isEqualTo(Map.of(B, 1L));
  }

  @Test
  void hints_are_removed_and_counted() {
    Hint hint = hint(B, "x", 1);
    storage.hints().add(List.of(hint, hint(B, "y", 2), hint(BB, "x", 3)));
    assertThat(storage.hints().counts()).isEqualTo(Map.of(B, 2L, BB, 1L));
    assertThat(storage.hints().bytes()).isEqualTo(3 * hint.bytes() + 1);

    storage.hints().remove(List.of(hint(B, "y", 9), hint(BB, "x", 9), hint(BB, "z", 9)));

    assertThat(storage.hints().counts()).isEqualTo(Map.of(B, 1L));
    assertThat(storage.hints().bytes()).isEqualTo(hint.bytes());
    assertThat(storage.hints().of(B, null, 10)).containsExactly(hint);
  }

  @Test
  void hints_are_apart_from_the_states() {
    storage.hints().add(List.of(hint(B, "x", 1)));

    assertThat(storage.read(key("x"))).isNull();
    assertThat(storage.approximateCount()).isZero();
    write("x", null, "1");
    storage.compareAndWrite(List.of(new Change(key("x"), bytes("1"), null)));
    assertThat(storage.hints().of(B, null, 10)).hasSize(1);
  }

  @Test
  void a_hint_that_is_taken_again_is_as_old_as_before_and_counts_the_larger_state() {
    storage.hints().add(List.of(new Hint(B, key("x"), 1, 100), new Hint(B, key("y"), 1, 5)));
    storage.hints().add(List.of(new Hint(B, key("x"), 2, 50), new Hint(B, key("y"), 2, 70)));

    assertThat(storage.hints().of(B, null, 10))
        .containsExactlyInAnyOrder(new Hint(B, key("x"), 1, 100), new Hint(B, key("y"), 1, 70));
    long notes = hint(B, "x", 0).bytes() + hint(B, "y", 0).bytes();
    assertThat(storage.hints().bytes()).isEqualTo(notes + 170);
    storage.hints().remove(List.of(hint(B, "x", 0), hint(B, "y", 0)));
    assertThat(storage.hints().bytes()).isZero();
  }

  @Test
  void all_who_are_owed_a_key_are_found() {
    storage.hints().add(List.of(hint(BB, "x", 1), hint(B, "x", 1), hint(BB, "y", 1)));

    assertThat(storage.hints().holdersOwed(key("x"))).containsExactly(B, BB);
    assertThat(storage.hints().holdersOwed(key("y"))).containsExactly(BB);
    assertThat(storage.hints().holdersOwed(key("z"))).isEmpty();
  }

  private static Hint hint(MemberId holder, String key, long sinceMs) {
    return new Hint(holder, key(key), sinceMs);
  }

  // States

  @Test
  void a_key_that_was_never_written_has_no_state() {
    assertThat(storage.read(key("a"))).isNull();
  }

  @Test
  void what_was_written_is_read_at_once() {
    assertThat(write("a", null, "1")).isEmpty();

    assertThat(storage.read(key("a"))).isEqualTo(bytes("1"));
  }

  @Test
  void a_change_of_the_expected_state_is_written() {
    write("a", null, "1");

    assertThat(write("a", "1", "2")).isEmpty();

    assertThat(storage.read(key("a"))).isEqualTo(bytes("2"));
  }

  @Test
  void a_change_of_another_state_than_the_expected_is_returned_and_not_written() {
    write("a", null, "1");
    Change change = change("a", "0", "2");

    assertThat(storage.compareAndWrite(List.of(change))).containsExactly(change);

    assertThat(storage.read(key("a"))).isEqualTo(bytes("1"));
  }

  @Test
  void a_first_write_conflicts_with_any_state() {
    write("a", null, "1");

    assertThat(write("a", null, "2")).hasSize(1);

    assertThat(storage.read(key("a"))).isEqualTo(bytes("1"));
  }

  @Test
  void a_later_write_conflicts_with_no_state() {
    assertThat(write("a", "1", "2")).hasSize(1);

    assertThat(storage.read(key("a"))).isNull();
  }

  @Test
  void changes_that_match_are_written_beside_those_that_do_not() {
    write("b", null, "1");
    List<Change> changes =
        List.of(change("c", null, "c"), change("b", null, "b"), change("a", null, "a"));

    List<Change> conflicts = storage.compareAndWrite(changes);

    assertThat(conflicts).containsExactly(changes.get(1));
    assertThat(storage.read(key("a"))).isEqualTo(bytes("a"));
    assertThat(storage.read(key("b"))).isEqualTo(bytes("1"));
    assertThat(storage.read(key("c"))).isEqualTo(bytes("c"));
  }

  @Test
  void a_key_that_is_changed_twice_in_a_group_is_refused() {
    List<Change> changes = List.of(change("a", null, "1"), change("a", null, "2"));

    assertThatIllegalArgumentException().isThrownBy(() -> storage.compareAndWrite(changes));

    assertThat(storage.read(key("a"))).isNull();
  }

  @Test
  void an_empty_state_is_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> write("a", null, ""));
  }

  @Test
  void an_empty_group_changes_nothing() {
    assertThat(storage.compareAndWrite(List.of())).isEmpty();
    storage.harden();

    assertThat(scanned(0, -1)).isEmpty();
  }

  @Test
  void a_state_that_was_read_is_the_readers_own() {
    write("a", null, "1");

    byte[] read = storage.read(key("a"));
    assertThat(read).isNotNull();
    Arrays.fill(read, (byte) 'x');

    assertThat(storage.read(key("a"))).isEqualTo(bytes("1"));
  }

  @Test
  void keys_and_states_of_many_sizes_are_kept() {
    byte[] large = new byte[3 << 20];
    Arrays.fill(large, (byte) 7);
    byte[] longKey = new byte[4096];
    Arrays.fill(longKey, (byte) -1);

    storage.compareAndWrite(
        List.of(
            new Change(Key.of(longKey), null, large),
            new Change(Key.of(new byte[] {0}), null, new byte[] {0})));
    storage.harden();

    assertThat(storage.read(Key.of(longKey))).isEqualTo(large);
    assertThat(storage.read(Key.of(new byte[] {0}))).containsExactly(0);
  }

  @Test
  void a_scan_shows_all_keys_in_the_unsigned_order_of_their_positions() {
    List<Key> keys = writeMany(500);

    assertThat(scanned(0, -1)).isEqualTo(keys);
    assertThat(keys).anyMatch(key -> key.position() < 0).anyMatch(key -> key.position() > 0);
  }

  @Test
  void a_scan_includes_both_its_ends() {
    List<Key> keys = writeMany(50);

    assertThat(scanned(keys.get(10).position(), keys.get(20).position()))
        .isEqualTo(keys.subList(10, 21));
    assertThat(scanned(keys.get(10).position(), keys.get(10).position()))
        .containsExactly(keys.get(10));
    assertThat(scanned(0, keys.get(3).position())).isEqualTo(keys.subList(0, 4));
    assertThat(scanned(keys.get(47).position(), -1)).isEqualTo(keys.subList(47, 50));
  }

  @Test
  void a_scan_leaves_out_what_is_just_beyond_its_ends() {
    List<Key> keys = writeMany(50);

    assertThat(scanned(keys.get(10).position() + 1, keys.get(20).position() - 1))
        .isEqualTo(keys.subList(11, 20));
    assertThat(scanned(0, keys.get(0).position() - 1)).isEmpty();
    assertThat(scanned(keys.get(49).position() + 1, -1)).isEmpty();
  }

  @Test
  void a_scan_from_a_higher_to_a_lower_position_is_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> storage.scan(-1, 0, (k, s) -> true));
  }

  @Test
  void a_scan_ends_where_its_visitor_says() {
    List<Key> keys = writeMany(50);
    List<Key> seen = new ArrayList<>();

    storage.scan(
        0,
        -1,
        (key, state) -> {
          seen.add(key);
          return seen.size() < 7;
        });

    assertThat(seen).isEqualTo(keys.subList(0, 7));
  }

  @Test
  void a_visitor_may_read_and_write() {
    writeMany(50);

    storage.scan(
        0,
        -1,
        (key, state) -> {
          assertThat(storage.read(key)).isEqualTo(state);
          return storage.compareAndWrite(List.of(new Change(key, state, bytes("new")))).isEmpty();
        });

    storage.scan(
        0,
        -1,
        (key, state) -> {
          assertThat(state).isEqualTo(bytes("new"));
          return true;
        });
    assertThat(scanned(0, -1)).hasSize(50);
  }

  @Test
  void what_a_visitor_throws_reaches_the_caller() {
    writeMany(1);

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                storage.scan(
                    0,
                    -1,
                    (key, state) -> {
                      throw new IllegalStateException("by the visitor");
                    }))
        .withMessage("by the visitor");
  }

  @Test
  void keys_are_counted_once_however_often_they_are_written() {
    writeMany(10);
    assertThat(storage.approximateCount()).isEqualTo(10);

    write("another", null, "1");
    write("another", "1", "2");

    assertThat(storage.approximateCount()).isEqualTo(11);
  }

  @Test
  void a_removed_key_is_gone_and_can_be_written_anew() {
    List<Key> keys = writeMany(10);
    assertThat(storage.approximateCount()).isEqualTo(10);
    Key gone = keys.get(3);
    byte[] state = storage.read(gone);

    assertThat(storage.compareAndWrite(List.of(new Change(gone, state, null)))).isEmpty();

    assertThat(storage.read(gone)).isNull();
    assertThat(scanned(0, -1)).doesNotContain(gone).hasSize(9);
    assertThat(storage.approximateCount()).isEqualTo(9);

    assertThat(storage.compareAndWrite(List.of(new Change(gone, null, bytes("new"))))).isEmpty();
    assertThat(storage.read(gone)).isEqualTo(bytes("new"));
    assertThat(storage.approximateCount()).isEqualTo(10);
  }

  @Test
  void a_removal_of_another_state_than_the_expected_is_returned_and_removes_nothing() {
    write("a", null, "1");
    List<Change> changes =
        List.of(new Change(key("a"), bytes("0"), null), new Change(key("never"), bytes("0"), null));

    assertThat(storage.compareAndWrite(changes)).containsExactlyInAnyOrderElementsOf(changes);

    assertThat(storage.read(key("a"))).isEqualTo(bytes("1"));
    assertThat(storage.approximateCount()).isEqualTo(1);
  }

  @Test
  void a_removal_of_nothing_is_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Change(key("a"), null, null));
  }

  @Test
  void a_meta_record_is_kept_and_replaced() {
    assertThat(storage.readMeta("name")).isNull();

    storage.writeMeta("name", bytes("1"));
    storage.writeMeta("other", bytes("x"));
    assertThat(storage.readMeta("name")).isEqualTo(bytes("1"));

    storage.writeMeta("name", bytes("2"));
    assertThat(storage.readMeta("name")).isEqualTo(bytes("2"));
  }

  @Test
  void a_meta_record_is_no_key() {
    storage.writeMeta("name", bytes("1"));

    assertThat(scanned(0, -1)).isEmpty();
    assertThat(storage.approximateCount()).isZero();
    assertThat(storage.read(key("name"))).isNull();
  }

  @Test
  void a_healthy_storage_has_no_failure() {
    write("a", null, "1");
    storage.harden();

    assertThat(storage.failure()).isNull();
  }

  @Test
  void nothing_can_be_done_after_closing_but_closing_again() {
    storage.close();
    storage.close();

    assertThat(storage.failure()).contains("closed");
    for (Runnable use :
        List.<Runnable>of(
            () -> storage.read(key("a")),
            () -> write("a", null, "1"),
            storage::harden,
            () -> storage.scan(0, -1, (key, state) -> true),
            storage::approximateCount,
            () -> storage.readMeta("name"),
            () -> storage.writeMeta("name", bytes("1")))) {
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(use::run)
          .withMessageContaining("closed");
    }
  }

  @Test
  void concurrent_writers_never_lose_an_update() throws Exception {
    int writers = 4;
    int rounds = 250;
    List<Key> counters = IntStream.range(0, 5).mapToObj(i -> key("counter" + i)).toList();

    inThreads(
        writers,
        () -> {
          for (int i = 0; i < rounds; i++) {
            incrementAll(counters);
            storage.harden();
          }
          return null;
        });

    for (Key counter : counters) {
      assertThat(number(storage.read(counter))).isEqualTo(writers * rounds);
    }
  }

  @Test
  void a_reader_sees_only_states_that_were_written_and_never_goes_back() throws Exception {
    Set<Integer> won = ConcurrentHashMap.newKeySet();
    Set<Integer> seen = ConcurrentHashMap.newKeySet();
    AtomicBoolean written = new AtomicBoolean();
    Key key = key("contended");
    ExecutorService reader = Executors.newSingleThreadExecutor();
    Future<?> reading =
        reader.submit(
            () -> {
              int last = 0;
              while (!written.get()) {
                int now = number(storage.read(key));
                assertThat(now).isGreaterThanOrEqualTo(last);
                seen.add(now);
                last = now;
              }
            });

    inThreads(
        3,
        () -> {
          for (int i = 0; i < 500; i++) {
            byte[] state = storage.read(key);
            int next = number(state) + 1;
            Change other = change("other" + i, "never", "x");
            if (storage
                .compareAndWrite(List.of(other, new Change(key, state, number(next))))
                .equals(List.of(other))) {
              won.add(next);
            }
          }
          return null;
        });
    written.set(true);
    reading.get(10, TimeUnit.SECONDS);
    reader.shutdown();

    seen.remove(0);
    assertThat(won).containsAll(seen).isNotEmpty();
  }

  private void incrementAll(List<Key> counters) {
    List<Key> open = counters;
    while (!open.isEmpty()) {
      List<Change> changes =
          open.stream()
              .map(
                  key -> {
                    byte[] state = storage.read(key);
                    return new Change(key, state, number(number(state) + 1));
                  })
              .toList();
      open = storage.compareAndWrite(changes).stream().map(Change::key).toList();
    }
  }

  private List<Key> writeMany(int count) {
    List<Key> keys =
        new ArrayList<>(IntStream.range(0, count).mapToObj(i -> key("key" + i)).toList());
    Collections.shuffle(keys, new java.util.Random(1));
    storage.compareAndWrite(
        keys.stream().map(key -> new Change(key, null, bytes("state of " + key))).toList());
    return keys.stream().sorted().toList();
  }

  private List<Key> scanned(long first, long last) {
    List<Key> keys = new ArrayList<>();
    storage.scan(first, last, (key, state) -> keys.add(key));
    return keys;
  }

  private List<Change> write(String key, @Nullable String expected, String next) {
    return storage.compareAndWrite(List.of(change(key, expected, next)));
  }

  protected static Change change(String key, @Nullable String expected, String next) {
    return new Change(key(key), expected == null ? null : bytes(expected), bytes(next));
  }

  protected static Key key(String key) {
    return Key.of(bytes(key));
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] number(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private static int number(byte @Nullable [] state) {
    return state == null ? 0 : ByteBuffer.wrap(state).getInt();
  }

  private static void inThreads(int threads, Callable<Void> task) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      for (Future<Void> done :
          executor.invokeAll(
              Stream.generate(() -> task).limit(threads).toList(), 30, TimeUnit.SECONDS)) {
        done.get();
      }
    } finally {
      executor.shutdown();
    }
  }
}
