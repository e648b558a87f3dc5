package io.dynamokv.replica;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dynamokv.storage.Durability;
import io.dynamokv.storage.StorageException;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.storage.memory.MemoryStorage;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class IdentityTest {
  private static final long NODE = 0xCAFEBABEL;
  private static final String BOOT = "a boot";

  private final MemoryDisk disk = new MemoryDisk();
  private MemoryStorage storage = start(Durability.SYNC);

  @Test
  void a_new_node_draws_its_id_and_begins_with_1() {
    Identity identity = open(Durability.SYNC, BOOT);

    assertThat(identity.nodeId()).isEqualTo(NODE);
    assertThat(identity.incarnation()).isEqualTo(1);
    assertThat(identity.nextCounter()).isEqualTo(1);
    assertThat(identity.nextCounter()).isEqualTo(2);
  }

  @Test
  void an_id_is_never_0() {
    long[] draws = {0, 0, 7};
    int[] drawn = {0};

    Identity identity = Identity.open(storage, Durability.SYNC, BOOT, () -> draws[drawn[0]++]);

    assertThat(identity.nodeId()).isEqualTo(7);
  }

  @Test
  void a_random_source_that_gives_only_zeros_is_an_error() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Identity.open(storage, Durability.SYNC, BOOT, () -> 0));
  }

  @Test
  void the_id_is_drawn_once_in_a_folders_life() {
    open(Durability.SYNC, BOOT);

    disk.crashMachine();

    assertThat(reopened(Durability.SYNC, BOOT, 99).nodeId()).isEqualTo(NODE);
  }

  @Test
  void a_lost_disk_is_a_new_node() {
    open(Durability.SYNC, BOOT);

    disk.wipe();

    Identity next = reopened(Durability.SYNC, BOOT, 99);
    assertThat(next.nodeId()).isEqualTo(99);
    assertThat(next.incarnation()).isEqualTo(1);
    assertThat(next.nextCounter()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void after_a_clean_close_the_incarnation_goes_on(Durability durability) {
    disk.crashProcess();
    storage = start(durability);
    Identity identity = open(durability, BOOT);
    identity.closeCleanly();
    disk.crashMachine();

    assertThat(reopened(durability, "another boot", 99).incarnation()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "SYNC,  a boot,       1",
    "SYNC,  another boot, 1",
    "SYNC,  '',           1",
    "WRITE, a boot,       1",
    "WRITE, another boot, 2",
    "WRITE, '',           2",
    "NONE,  a boot,       2",
    "NONE,  another boot, 2"
  })
  void after_a_crash_it_goes_on_only_if_nothing_hardened_can_be_lost(
      Durability durability, String nextBoot, int incarnation) {
    open(durability, BOOT);

    disk.crashProcess();

    assertThat(reopened(durability, nextBoot, 99).incarnation()).isEqualTo(incarnation);
  }

  @Test
  void two_boots_that_are_not_known_are_not_the_same() {
    open(Durability.WRITE, Identity.UNKNOWN_BOOT);

    disk.crashProcess();

    assertThat(reopened(Durability.WRITE, Identity.UNKNOWN_BOOT, 99).incarnation()).isEqualTo(2);
  }

  @Test
  void it_is_the_durability_of_the_run_that_crashed_that_counts() {
    open(Durability.NONE, BOOT);
    disk.crashProcess();
    assertThat(reopened(Durability.SYNC, BOOT, 99).incarnation()).isEqualTo(2);

    disk.crashProcess();

    assertThat(reopened(Durability.NONE, BOOT, 99).incarnation()).isEqualTo(2);
  }

  @Test
  void the_mark_of_a_clean_close_is_good_for_one_start() {
    open(Durability.NONE, BOOT).closeCleanly();
    disk.crashProcess();
    assertThat(reopened(Durability.NONE, BOOT, 99).incarnation()).isEqualTo(1);

    disk.crashProcess();

    assertThat(reopened(Durability.NONE, BOOT, 99).incarnation()).isEqualTo(2);
  }

  @Test
  void counters_go_on_behind_the_reserved_ones_after_any_restart() {
    open(Durability.SYNC, BOOT).nextCounter();
    disk.crashProcess();
    assertThat(reopened(Durability.SYNC, BOOT, 99).nextCounter()).isEqualTo(1 + Identity.BLOCK);

    disk.crashProcess();

    Identity third = reopened(Durability.SYNC, BOOT, 99);
    assertThat(third.nextCounter()).isEqualTo(1 + 2 * Identity.BLOCK);
    third.closeCleanly();
    disk.crashProcess();
    assertThat(reopened(Durability.SYNC, BOOT, 99).nextCounter()).isEqualTo(1 + 3 * Identity.BLOCK);
  }

  @Test
  void a_block_is_reserved_before_its_first_counter_is_handed_out() {
    Identity identity = Identity.open(storage, Durability.SYNC, BOOT, () -> NODE, 10);
    for (long i = 1; i <= 10; i++) {
      assertThat(identity.nextCounter()).isEqualTo(i);
    }

    disk.failWrites("the disk is broken");
    assertThatExceptionOfType(StorageException.class).isThrownBy(identity::nextCounter);

    disk.repair();
    assertThat(identity.nextCounter()).isBetween(11L, 20L);
    disk.crashProcess();
    assertThat(reopened(Durability.SYNC, BOOT, 99).nextCounter()).isEqualTo(21);
  }

  @Test
  void threads_never_get_the_same_counter() throws Exception {
    Identity identity = Identity.open(storage, Durability.SYNC, BOOT, () -> NODE, 50);
    int threads = 4;
    int each = 5_000;
    Set<Long> counters = ConcurrentHashMap.newKeySet();

    ExecutorService executor = Executors.newFixedThreadPool(threads);
    for (Future<?> done :
        IntStream.range(0, threads)
            .<Future<?>>mapToObj(
                t ->
                    executor.submit(
                        () -> {
                          for (int i = 0; i < each; i++) {
                            counters.add(identity.nextCounter());
                          }
                        }))
            .toList()) {
      done.get();
    }
    executor.shutdown();

    assertThat(counters).hasSize(threads * each);
  }

  @Test
  void nothing_is_handed_out_after_a_clean_close() {
    Identity identity = open(Durability.SYNC, BOOT);
    identity.closeCleanly();
    identity.closeCleanly();

    assertThatIllegalStateException().isThrownBy(identity::nextCounter);
    assertThatIllegalStateException().isThrownBy(identity::nextCounter);
  }

  @Test
  void a_close_that_could_not_leave_its_mark_was_a_crash() {
    Identity identity = open(Durability.NONE, BOOT);

    disk.failWrites("the disk is broken");
    assertThatExceptionOfType(StorageException.class).isThrownBy(identity::closeCleanly);

    disk.repair();
    disk.crashProcess();
    assertThat(reopened(Durability.NONE, BOOT, 99).incarnation()).isEqualTo(2);
  }

  @Test
  void a_start_that_can_not_be_recorded_fails() {
    disk.failWrites("the disk is broken");

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> open(Durability.SYNC, BOOT))
        .withMessageContaining("the disk is broken");
  }

  @Test
  void any_byte_that_rots_makes_the_record_corrupt() {
    open(Durability.SYNC, BOOT);
    byte[] record = requireNonNull(storage.readMeta(IdentityRecord.NAME));

    for (int i = 0; i < record.length; i++) {
      byte[] rotten = record.clone();
      rotten[i] ^= 0x10;
      storage.writeMeta(IdentityRecord.NAME, rotten);
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(() -> open(Durability.SYNC, BOOT));
    }
  }

  @Test
  void a_record_that_was_cut_off_is_corrupt() {
    storage.writeMeta(IdentityRecord.NAME, new byte[0]);

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> open(Durability.SYNC, BOOT))
        .withMessageContaining("corrupt");
  }

  @Test
  void a_record_of_a_newer_version_is_refused() {
    storage.writeMeta(IdentityRecord.NAME, new byte[] {2, 1, 2, 3});

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> open(Durability.SYNC, BOOT))
        .withMessageContaining("written by a newer version");
  }

  @Test
  void the_record_has_these_bytes() {
    IdentityRecord record =
        new IdentityRecord(0x0102030405060708L, 9, 0x100001, Durability.WRITE, true, "b");

    byte[] bytes = record.encode();

    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo(
            "01"
                + "0102030405060708"
                + "00000009"
                + "0000000000100001"
                + "0101"
                + "000162"
                + "6ca0b300");
    assertThat(IdentityRecord.decode(bytes)).isEqualTo(record);
  }

  @Test
  void a_boot_id_that_is_too_long_is_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> open(Durability.SYNC, "x".repeat(129)));
  }

  private MemoryStorage start(Durability durability) {
    return disk.open(durability, 1 << 20);
  }

  private Identity open(Durability durability, String boot) {
    return Identity.open(storage, durability, boot, () -> NODE);
  }

  private Identity reopened(Durability durability, String boot, long random) {
    storage = start(durability);
    return Identity.open(storage, durability, boot, () -> random);
  }
}
