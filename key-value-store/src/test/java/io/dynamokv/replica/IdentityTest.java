package io.dynamokv.replica;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
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

class IdentityTest {
  private static final long NODE = 0xCAFEBABEL;

  private final MemoryDisk disk = new MemoryDisk();
  private MemoryStorage storage = start();

  @Test
  void a_new_node_draws_its_id_and_begins_with_1() {
    Identity identity = open();

    assertThat(identity.nodeId()).isEqualTo(NODE);
    assertThat(identity.incarnation()).isEqualTo(1);
    assertThat(identity.nextCounter()).isEqualTo(1);
    assertThat(identity.nextCounter()).isEqualTo(2);
  }

  @Test
  void an_id_is_never_0() {
    long[] draws = {0, 0, 7};
    int[] drawn = {0};

    Identity identity = Identity.open(storage, () -> draws[drawn[0]++]);

    assertThat(identity.nodeId()).isEqualTo(7);
  }

  @Test
  void a_random_source_that_gives_only_zeros_is_an_error() {
    assertThatIllegalStateException().isThrownBy(() -> Identity.open(storage, () -> 0));
  }

  @Test
  void the_id_is_drawn_once_in_a_folders_life() {
    open();

    disk.crashMachine();

    assertThat(reopened(99).nodeId()).isEqualTo(NODE);
  }

  @Test
  void a_lost_disk_is_a_new_node() {
    open();

    disk.wipe();

    Identity next = reopened(99);
    assertThat(next.nodeId()).isEqualTo(99);
    assertThat(next.incarnation()).isEqualTo(1);
    assertThat(next.nextCounter()).isEqualTo(1);
  }

  @Test
  void after_a_clean_close_the_incarnation_goes_on() {
    open().closeCleanly();
    disk.crashMachine();

    assertThat(reopened(99).incarnation()).isEqualTo(1);
  }

  /** Whatever the durability: what was sent to others may not have been safe here. */
  @Test
  void after_a_crash_it_is_a_new_one() {
    open();

    disk.crashProcess();

    assertThat(reopened(99).incarnation()).isEqualTo(2);
  }

  @Test
  void the_mark_of_a_clean_close_is_good_for_one_start() {
    open().closeCleanly();
    disk.crashProcess();
    assertThat(reopened(99).incarnation()).isEqualTo(1);

    disk.crashProcess();

    assertThat(reopened(99).incarnation()).isEqualTo(2);
  }

  @Test
  void counters_go_on_behind_the_reserved_ones_after_any_restart() {
    open().nextCounter();
    disk.crashProcess();
    assertThat(reopened(99).nextCounter()).isEqualTo(1 + Identity.BLOCK);

    disk.crashProcess();

    Identity third = reopened(99);
    assertThat(third.nextCounter()).isEqualTo(1 + 2 * Identity.BLOCK);
    third.closeCleanly();
    disk.crashProcess();
    assertThat(reopened(99).nextCounter()).isEqualTo(1 + 3 * Identity.BLOCK);
  }

  @Test
  void a_block_is_reserved_before_its_first_counter_is_handed_out() {
    Identity identity = Identity.open(storage, () -> NODE, 10);
    for (long i = 1; i <= 10; i++) {
      assertThat(identity.nextCounter()).isEqualTo(i);
    }

    disk.failWrites("the disk is broken");
    assertThatExceptionOfType(StorageException.class).isThrownBy(identity::nextCounter);

    disk.repair();
    assertThat(identity.nextCounter()).isBetween(11L, 20L);
    disk.crashProcess();
    assertThat(reopened(99).nextCounter()).isEqualTo(21);
  }

  @Test
  void threads_never_get_the_same_counter() throws Exception {
    Identity identity = Identity.open(storage, () -> NODE, 50);
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
    Identity identity = open();
    identity.closeCleanly();
    identity.closeCleanly();

    assertThatIllegalStateException().isThrownBy(identity::nextCounter);
    assertThatIllegalStateException().isThrownBy(identity::nextCounter);
  }

  @Test
  void a_close_that_could_not_leave_its_mark_was_a_crash() {
    Identity identity = open();

    disk.failWrites("the disk is broken");
    assertThatExceptionOfType(StorageException.class).isThrownBy(identity::closeCleanly);

    disk.repair();
    disk.crashProcess();
    assertThat(reopened(99).incarnation()).isEqualTo(2);
  }

  @Test
  void a_start_that_can_not_be_recorded_fails() {
    disk.failWrites("the disk is broken");

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(this::open)
        .withMessageContaining("the disk is broken");
  }

  @Test
  void any_byte_that_rots_makes_the_record_corrupt() {
    open();
    byte[] record = requireNonNull(storage.readMeta(IdentityRecord.NAME));

    for (int i = 0; i < record.length; i++) {
      byte[] rotten = record.clone();
      rotten[i] ^= 0x10;
      storage.writeMeta(IdentityRecord.NAME, rotten);
      assertThatExceptionOfType(StorageException.class).isThrownBy(this::open);
    }
  }

  @Test
  void a_record_that_was_cut_off_is_corrupt() {
    storage.writeMeta(IdentityRecord.NAME, new byte[0]);

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(this::open)
        .withMessageContaining("corrupt");
  }

  @Test
  void a_record_of_a_newer_version_is_refused() {
    storage.writeMeta(IdentityRecord.NAME, new byte[] {3, 1, 2, 3});

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(this::open)
        .withMessageContaining("written by a newer version");
  }

  @Test
  void a_record_of_an_older_version_is_refused() {
    storage.writeMeta(IdentityRecord.NAME, new byte[] {1, 1, 2, 3});

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(this::open)
        .withMessageContaining("written by an older version");
  }

  @Test
  void the_record_has_these_bytes() {
    IdentityRecord record = new IdentityRecord(0x0102030405060708L, 9, 0x100001, true);

    byte[] bytes = record.encode();

    assertThat(HexFormat.of().formatHex(bytes))
        .isEqualTo("02" + "0102030405060708" + "00000009" + "0000000000100001" + "01" + "b6e4351b");
    assertThat(IdentityRecord.decode(bytes)).isEqualTo(record);
  }

  private MemoryStorage start() {
    return disk.open(Durability.SYNC, 1 << 20);
  }

  private Identity open() {
    return Identity.open(storage, () -> NODE);
  }

  private Identity reopened(long random) {
    storage = start();
    return Identity.open(storage, () -> random);
  }
}
