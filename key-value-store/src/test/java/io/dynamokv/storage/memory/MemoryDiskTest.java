package io.dynamokv.storage.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.StorageException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryDiskTest {
  private static final long PLENTY = 1 << 20;

  private final MemoryDisk disk = new MemoryDisk();

  /** Of each durability, whether the machine crashes or the process, and what is left. */
  static Stream<Arguments> survivals() {
    return Stream.of(
        Arguments.of(Durability.SYNC, false, true),
        Arguments.of(Durability.SYNC, true, true),
        Arguments.of(Durability.WRITE, false, true),
        Arguments.of(Durability.WRITE, true, false),
        Arguments.of(Durability.NONE, false, false),
        Arguments.of(Durability.NONE, true, false));
  }

  @ParameterizedTest
  @MethodSource("survivals")
  void hardened_writes_survive_what_the_durability_says(
      Durability durability, boolean machineCrashes, boolean survives) {
    Storage storage = disk.open(durability, PLENTY);
    put(storage, "a");
    storage.harden();

    crash(machineCrashes);

    assertThat(has(disk.open(durability, PLENTY), "a")).isEqualTo(survives);
  }

  @ParameterizedTest
  @EnumSource
  void writes_that_were_not_hardened_are_lost_in_a_crash(Durability durability) {
    Storage storage = disk.open(durability, PLENTY);
    put(storage, "a");

    disk.crashProcess();

    assertThat(has(disk.open(durability, PLENTY), "a")).isFalse();
  }

  @ParameterizedTest
  @MethodSource("survivals")
  void hardened_removals_survive_what_the_durability_says(
      Durability durability, boolean machineCrashes, boolean survives) {
    Storage before = disk.open(durability, PLENTY);
    put(before, "a");
    before.close();
    Storage storage = disk.open(durability, PLENTY);
    remove(storage, "a");
    storage.harden();

    crash(machineCrashes);

    assertThat(has(disk.open(durability, PLENTY), "a")).isEqualTo(!survives);
  }

  @ParameterizedTest
  @MethodSource("survivals")
  void hardened_hints_survive_what_the_durability_says(
      Durability durability, boolean machineCrashes, boolean survives) {
    Hint hint = new Hint(new MemberId("b"), key("a"), 1);
    Hint late = new Hint(new MemberId("b"), key("b"), 1);
    Storage storage = disk.open(durability, PLENTY);
    storage.hints().add(List.of(hint));
    storage.harden();
    storage.hints().add(List.of(late));

    crash(machineCrashes);

    assertThat(disk.open(durability, PLENTY).hints().of(hint.holder(), null, 10))
        .isEqualTo(survives ? List.of(hint) : List.of());
  }

  @Test
  void a_removal_that_was_not_hardened_is_undone_by_a_crash() {
    Storage storage = disk.open(Durability.SYNC, PLENTY);
    put(storage, "a");
    storage.harden();
    remove(storage, "a");

    disk.crashProcess();

    assertThat(has(disk.open(Durability.SYNC, PLENTY), "a")).isTrue();
  }

  @Test
  void removing_makes_room() {
    Storage storage = disk.open(Durability.SYNC, 1000);
    byte[] state = new byte[600];
    storage.compareAndWrite(List.of(new Change(key("a"), null, state)));
    assertThatExceptionOfType(StorageException.class).isThrownBy(() -> putLarge(storage));

    storage.compareAndWrite(List.of(new Change(key("a"), state, null)));

    putLarge(storage);
    assertThat(storage.failure()).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void a_clean_close_keeps_everything(Durability durability) {
    Storage storage = disk.open(durability, PLENTY);
    put(storage, "a");

    storage.close();
    disk.crashMachine();

    assertThat(has(disk.open(durability, PLENTY), "a")).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void a_meta_record_survives_with_all_that_was_written_before_it(Durability durability) {
    Storage storage = disk.open(durability, PLENTY);
    put(storage, "before");
    storage.writeMeta("name", new byte[] {1});
    put(storage, "after");

    disk.crashMachine();

    Storage next = disk.open(durability, PLENTY);
    assertThat(next.readMeta("name")).containsExactly(1);
    assertThat(has(next, "before")).isTrue();
    assertThat(has(next, "after")).isFalse();
  }

  @Test
  void a_wiped_disk_is_empty() {
    Storage storage = disk.open(Durability.SYNC, PLENTY);
    put(storage, "a");
    storage.harden();
    storage.writeMeta("name", new byte[] {1});

    disk.wipe();

    Storage next = disk.open(Durability.SYNC, PLENTY);
    assertThat(has(next, "a")).isFalse();
    assertThat(next.approximateCount()).isZero();
    assertThat(next.readMeta("name")).isNull();
  }

  @Test
  void a_storage_that_crashed_can_do_nothing() {
    Storage storage = disk.open(Durability.SYNC, PLENTY);
    put(storage, "a");
    disk.crashProcess();
    Storage next = disk.open(Durability.SYNC, PLENTY);

    assertThatExceptionOfType(StorageException.class).isThrownBy(() -> has(storage, "a"));
    assertThatExceptionOfType(StorageException.class).isThrownBy(storage::harden);
    storage.close();

    assertThat(storage.failure()).contains("crashed");
    assertThat(next.failure()).isNull();
    assertThat(has(next, "a")).isFalse();
  }

  @Test
  void a_disk_has_one_storage_at_a_time() {
    Storage storage = disk.open(Durability.SYNC, PLENTY);

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> disk.open(Durability.SYNC, PLENTY))
        .withMessageContaining("in use");

    storage.close();
    disk.open(Durability.SYNC, PLENTY).close();
  }

  @Test
  void a_failing_disk_refuses_writes_says_why_and_can_still_be_read() {
    Storage storage = disk.open(Durability.SYNC, PLENTY);
    put(storage, "a");

    disk.failWrites("the disk is broken");

    assertThat(storage.failure()).isEqualTo("the disk is broken");
    assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(storage, "b"));
    assertThatExceptionOfType(StorageException.class).isThrownBy(storage::harden);
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> storage.writeMeta("name", new byte[] {1}));
    assertThat(has(storage, "a")).isTrue();
    assertThat(has(storage, "b")).isFalse();
  }

  @Test
  void closing_on_a_failing_disk_keeps_only_what_was_hardened() {
    Storage storage = disk.open(Durability.SYNC, PLENTY);
    put(storage, "a");
    storage.harden();
    put(storage, "b");
    disk.failWrites("the disk is broken");

    storage.close();

    Storage next = disk.open(Durability.SYNC, PLENTY);
    assertThat(has(next, "a")).isTrue();
    assertThat(has(next, "b")).isFalse();
  }

  @Test
  void a_repaired_disk_takes_writes_again() {
    Storage storage = disk.open(Durability.SYNC, PLENTY);
    disk.failWrites("the disk is broken");

    disk.repair();
    put(storage, "a");
    storage.harden();

    assertThat(storage.failure()).isNull();
  }

  @Test
  void a_group_beyond_the_limit_is_refused_as_a_whole() {
    Storage storage = disk.open(Durability.SYNC, 1000);
    Change small = new Change(key("small"), null, new byte[10]);
    Change large = new Change(key("large"), null, new byte[1000]);

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> storage.compareAndWrite(List.of(small, large)))
        .withMessageContaining("memory is full");

    assertThat(has(storage, "small")).isFalse();
    assertThat(storage.failure()).contains("memory is full");
    assertThat(storage.compareAndWrite(List.of(small))).isEmpty();
    assertThat(storage.failure()).isNull();
  }

  @Test
  void overwriting_takes_only_the_difference() {
    Storage storage = disk.open(Durability.SYNC, 1000);
    byte[] state = new byte[600];
    storage.compareAndWrite(List.of(new Change(key("a"), null, state)));

    for (int i = 0; i < 10; i++) {
      byte[] next = new byte[600 + i];
      assertThat(storage.compareAndWrite(List.of(new Change(key("a"), state, next)))).isEmpty();
      state = next;
    }

    assertThatExceptionOfType(StorageException.class).isThrownBy(() -> putLarge(storage));
  }

  private void crash(boolean machine) {
    if (machine) {
      disk.crashMachine();
    } else {
      disk.crashProcess();
    }
  }

  private static void putLarge(Storage storage) {
    storage.compareAndWrite(List.of(new Change(key("b"), null, new byte[400])));
  }

  private static void put(Storage storage, String key) {
    storage.compareAndWrite(List.of(new Change(key(key), null, new byte[] {1})));
  }

  private static void remove(Storage storage, String key) {
    storage.compareAndWrite(List.of(new Change(key(key), new byte[] {1}, null)));
  }

  private static boolean has(Storage storage, String key) {
    return storage.read(key(key)) != null;
  }

  private static Key key(String key) {
    return Key.of(key.getBytes(UTF_8));
  }
}
