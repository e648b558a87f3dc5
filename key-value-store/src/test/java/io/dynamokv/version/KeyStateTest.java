package io.dynamokv.version;

import static io.dynamokv.version.Samples.A;
import static io.dynamokv.version.Samples.B;
import static io.dynamokv.version.Samples.C;
import static io.dynamokv.version.Samples.bytes;
import static io.dynamokv.version.Samples.clock;
import static io.dynamokv.version.Samples.entry;
import static io.dynamokv.version.Samples.values;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyStateTest {
  private static KeyState write(
      KeyState state, Version from, Actor by, long counter, String value) {
    return state.write(from, new Dot(by, counter), counter, bytes(value));
  }

  private static KeyState delete(KeyState state, Version from, Actor by, long counter) {
    byte @Nullable [] nothing = null;
    return state.write(from, new Dot(by, counter), counter, nothing);
  }

  @Test
  void a_key_that_was_never_written_has_no_values_and_the_empty_version() {
    assertThat(KeyState.EMPTY.isEmpty()).isTrue();
    assertThat(KeyState.EMPTY.values()).isEmpty();
    assertThat(KeyState.EMPTY.version()).isEqualTo(Version.NONE);
    assertThat(KeyState.EMPTY.hasMoreThan(Version.NONE)).isFalse();
  }

  @Test
  void a_put_replaces_the_value_that_its_version_saw() {
    KeyState first = write(KeyState.EMPTY, Version.NONE, A, 1, "old");

    KeyState second = write(first, first.version(), A, 2, "new");

    assertThat(values(second)).containsExactly("new");
  }

  @Test
  void two_puts_from_the_same_version_on_different_coordinators_become_siblings() {
    KeyState seen = write(KeyState.EMPTY, Version.NONE, A, 1, "seen");

    KeyState atA = write(seen, seen.version(), A, 2, "from A");
    KeyState atB = write(seen, seen.version(), B, 7, "from B");

    assertThat(values(atA.merge(atB))).containsExactly("from A", "from B");
    assertThat(atB.merge(atA)).isEqualTo(atA.merge(atB));
  }

  @Test
  void a_put_from_a_get_that_returned_siblings_replaces_exactly_those() {
    KeyState atA = write(KeyState.EMPTY, Version.NONE, A, 1, "from A");
    KeyState atB = write(KeyState.EMPTY, Version.NONE, B, 1, "from B");
    KeyState atC = write(KeyState.EMPTY, Version.NONE, C, 1, "unseen");
    Version saw = atA.merge(atB).version();

    KeyState resolved = write(atA.merge(atB), saw, B, 2, "resolved");

    assertThat(values(resolved)).containsExactly("resolved");
    assertThat(values(resolved.merge(atA).merge(atB).merge(atC)))
        .containsExactly("resolved", "unseen");
  }

  @Test
  void a_put_keeps_a_sibling_that_its_writer_has_not_seen() {
    KeyState first = write(KeyState.EMPTY, Version.NONE, A, 1, "first");

    KeyState both = write(first, Version.NONE, A, 2, "second");

    assertThat(values(both)).containsExactly("first", "second");
  }

  @Test
  void a_coordinator_that_holds_a_value_unknown_to_the_reader_finds_the_version_stale() {
    KeyState first = write(KeyState.EMPTY, Version.NONE, A, 1, "first");
    KeyState second = write(first, first.version(), B, 1, "second");

    assertThat(second.hasMoreThan(first.version())).isTrue();
    assertThat(first.hasMoreThan(second.version())).isFalse();
    assertThat(second.hasMoreThan(second.version())).isFalse();
  }

  @Test
  void the_empty_version_is_stale_where_there_is_a_value() {
    KeyState first = write(KeyState.EMPTY, Version.NONE, A, 1, "first");

    assertThat(first.hasMoreThan(Version.NONE)).isTrue();
  }

  @Test
  void a_deleted_key_has_a_version_and_no_values() {
    KeyState written = write(KeyState.EMPTY, Version.NONE, A, 1, "value");

    KeyState deleted = delete(written, written.version(), A, 2);

    assertThat(deleted.isEmpty()).isFalse();
    assertThat(deleted.values()).isEmpty();
    assertThat(deleted.version()).isNotEqualTo(Version.NONE);
    assertThat(deleted.hasMoreThan(written.version())).isTrue();
  }

  @Test
  void an_empty_value_is_no_delete() {
    KeyState state = write(KeyState.EMPTY, Version.NONE, A, 1, "");

    assertThat(state.values()).hasSize(1);
    assertThat(state.siblings().get(0).isTombstone()).isFalse();
  }

  @Test
  void a_delete_that_saw_every_value_is_not_undone_by_a_replica_that_missed_it() {
    KeyState atA = write(KeyState.EMPTY, Version.NONE, A, 1, "one");
    KeyState atB = write(KeyState.EMPTY, Version.NONE, B, 1, "two");
    KeyState both = atA.merge(atB);

    KeyState deleted = delete(both, both.version(), C, 1);

    assertThat(atA.merge(deleted)).isEqualTo(deleted);
    assertThat(both.merge(deleted).merge(atB)).isEqualTo(deleted);
  }

  @Test
  void a_delete_and_a_put_that_did_not_see_each_other_leave_the_value_and_the_tombstone() {
    KeyState seen = write(KeyState.EMPTY, Version.NONE, A, 1, "seen");
    KeyState deleted = delete(seen, seen.version(), A, 2);
    KeyState written = write(seen, seen.version(), B, 1, "kept");

    KeyState merged = deleted.merge(written);

    assertThat(values(merged)).containsExactly("kept");
    assertThat(merged.siblings()).hasSize(2);
  }

  @Test
  void a_put_from_the_version_of_a_deleted_key_leaves_no_tombstone() {
    KeyState written = write(KeyState.EMPTY, Version.NONE, A, 1, "value");
    KeyState deleted = delete(written, written.version(), A, 2);

    KeyState again = write(deleted, deleted.version(), B, 1, "again");

    assertThat(again.siblings()).hasSize(1);
    assertThat(values(again)).containsExactly("again");
    assertThat(again.merge(deleted).merge(written)).isEqualTo(again);
  }

  @Test
  void what_a_version_has_seen_of_one_life_of_a_node_says_nothing_of_its_next() {
    Actor nextLife = new Actor(A.node(), A.incarnation() + 1);
    KeyState first = write(KeyState.EMPTY, Version.NONE, A, 9, "first life");
    KeyState second = write(KeyState.EMPTY, Version.NONE, nextLife, 3, "second life");

    assertThat(second.hasMoreThan(first.version())).isTrue();
    assertThat(values(first.merge(second))).containsExactly("first life", "second life");
  }

  @Test
  void counters_and_nodes_are_compared_without_sign() {
    Dot huge = new Dot(new Actor(-1, 1), -1);
    KeyState state = KeyState.EMPTY.write(Version.NONE, huge, 1, bytes("huge"));

    assertThat(state.version().covers(new Dot(huge.actor(), Long.MAX_VALUE))).isTrue();
    assertThat(new Actor(-1, 1)).isGreaterThan(A);
    assertThat(new Dot(A, -1)).isGreaterThan(new Dot(A, 1));
  }

  @Test
  void a_merge_with_a_key_that_was_never_written_changes_nothing() {
    KeyState state = write(KeyState.EMPTY, Version.NONE, A, 1, "value");

    assertThat(state.merge(KeyState.EMPTY)).isEqualTo(state);
    assertThat(KeyState.EMPTY.merge(state)).isEqualTo(state);
    assertThat(KeyState.EMPTY.merge(KeyState.EMPTY)).isEqualTo(KeyState.EMPTY);
  }

  @Test
  void a_write_covers_itself_even_when_ten_others_were_seen_in_the_same_millisecond() {
    List<Sibling> siblings = new ArrayList<>();
    IntStream.rangeClosed(21, 30)
        .forEach(node -> siblings.add(Sibling.of(new Dot(new Actor(node, 1), 1), bytes("x"))));
    KeyState state = KeyState.of(clock(entry(A, 1, 50)), siblings);
    Actor last = new Actor(99, 1);

    KeyState written = write(state, state.version(), last, 50, "mine");

    assertThat(written.clock().covers(new Dot(last, 50))).isTrue();
  }

  @Test
  void a_node_whose_time_is_behind_can_replace_a_sibling_that_the_clock_was_trimmed_of() {
    List<ClockEntry> newer = new ArrayList<>();
    IntStream.rangeClosed(101, 110)
        .forEach(node -> newer.add(entry(new Actor(node, 1), 5, 1_000_000 + node)));
    Dot trimmedOf = new Dot(C, 3);
    Dot newest = new Dot(new Actor(110, 1), 5);
    KeyState everywhere =
        KeyState.of(
            VectorClock.of(newer),
            List.of(Sibling.of(newest, bytes("true")), Sibling.of(trimmedOf, bytes("false"))));

    KeyState written =
        everywhere.write(everywhere.version(), new Dot(A, 1), 1_000, bytes("resolved"));

    assertThat(values(everywhere.merge(written))).containsExactly("resolved");
  }

  @Test
  void the_writes_of_a_node_whose_time_is_set_back_still_look_newer_and_newer() {
    KeyState first = KeyState.EMPTY.write(Version.NONE, new Dot(A, 1), 500, bytes("first"));

    KeyState second = first.write(first.version(), new Dot(A, 2), 20, bytes("second"));

    assertThat(second.clock().entries()).containsExactly(entry(A, 2, 501));
  }
}
