package io.dynamokv.storage.je;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JeBackupTest {
  @TempDir private Path temp;
  private JeStorage storage;
  private Path backup;
  private Path restored;

  @BeforeEach
  void open() {
    storage = open(temp.resolve("db"));
    backup = temp.resolve("backups/monday");
    restored = temp.resolve("restored");
  }

  @AfterEach
  void close() {
    storage.close();
  }

  private static JeStorage open(Path folder) {
    return JeStorage.open(settings(folder), new MetricRegistry(), System::nanoTime);
  }

  private static JeSettings settings(Path folder) {
    return new JeSettings(folder, 16, Durability.WRITE, JeSettings.MIN_CACHE_BYTES, 0);
  }

  /** Returns how many keys there are. */
  private long restore(Path folder) {
    return restore(folder, Storage::approximateCount);
  }

  private long restore(Path folder, Function<Storage, Long> finish) {
    return JeRestoring.restore(backup, settings(folder), finish);
  }

  private static Key key(int number) {
    return Key.of(("key-" + number).getBytes(StandardCharsets.UTF_8));
  }

  private void write(int from, int to) {
    List<Change> changes = new ArrayList<>();
    for (int i = from; i < to; i++) {
      changes.add(new Change(key(i), null, new byte[] {1, (byte) i}));
    }
    storage.compareAndWrite(changes);
  }

  @Test
  void what_was_stored_when_it_was_taken_is_in_it_and_what_came_later_is_not() {
    write(0, 1000);
    storage.backUp(backup);
    write(1000, 1100);

    assertThat(restore(restored)).isEqualTo(1000);
    assertThat(JeBackup.taken(backup)).isBefore(Instant.now());

    try (JeStorage again = open(restored)) {
      assertThat(again.approximateCount()).isEqualTo(1000);
      assertThat(again.read(key(7))).containsExactly(1, 7);
    }
  }

  @Test
  void it_is_whole_though_writes_go_on_while_it_is_taken() throws Exception {
    AtomicBoolean running = new AtomicBoolean(true);
    int[] written = {0};
    Thread writer =
        new Thread(
            () -> {
              for (; running.get(); written[0] += 10) {
                write(written[0], written[0] + 10);
              }
            });
    writer.start();
    while (written[0] < 500) {
      Thread.onSpinWait();
    }
    int before = written[0];
    storage.backUp(backup);
    running.set(false);
    writer.join();

    restore(restored);

    try (JeStorage again = open(restored)) {
      assertThat(again.approximateCount()).isBetween((long) before, (long) written[0]);
      assertThat(again.approximateCount() % 10).as("no half of a transaction").isZero();
    }
  }

  @Test
  void a_backup_is_not_written_over_anything() throws IOException {
    write(0, 10);
    Files.createDirectories(backup);

    assertThatThrownBy(() -> storage.backUp(backup))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("exists already");
    assertThatThrownBy(() -> storage.backUp(Path.of("relative")))
        .hasMessageContaining("whole path");
    assertThat(storage.failure()).isNull();
  }

  @Test
  void where_there_is_too_little_room_nothing_is_left_behind() throws IOException {
    storage.close();
    storage =
        JeStorage.open(
            new JeSettings(
                temp.resolve("db"), 16, Durability.WRITE, JeSettings.MIN_CACHE_BYTES, 1L << 55),
            new MetricRegistry(),
            System::nanoTime,
            () -> Long.MAX_VALUE);

    assertThatThrownBy(() -> storage.backUp(backup)).hasMessageContaining("bytes free");

    assertThat(backup.getParent()).isEmptyDirectory();
  }

  @Test
  void a_damaged_or_incomplete_backup_is_refused_and_leaves_the_folder_empty() throws IOException {
    write(0, 1000);
    storage.backUp(backup);
    Path file = backup.resolve("00000000.jdb");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> restore(restored)).hasMessageContaining("is damaged");
    assertThat(restored.resolve("00000000.jdb")).doesNotExist();

    Files.delete(file);
    assertThatThrownBy(() -> restore(restored)).isInstanceOf(StorageException.class);
    Files.delete(backup.resolve("backup.txt"));
    assertThatThrownBy(() -> restore(restored)).hasMessageContaining("no complete backup");
    Files.writeString(backup.resolve("backup.txt"), "something else");
    assertThatThrownBy(() -> restore(restored))
        .hasMessageContaining("not one that this version reads");
  }

  @Test
  void nothing_is_restored_into_a_folder_that_is_in_use_or_not_empty() {
    write(0, 10);
    storage.backUp(backup);

    assertThatThrownBy(() -> restore(temp.resolve("db"))).hasMessageContaining("in use");
    restore(restored);
    assertThatThrownBy(() -> restore(restored)).hasMessageContaining("holds data already");
    try (JeStorage again = open(restored)) {
      assertThat(again.approximateCount()).isEqualTo(10);
    }
  }

  @Test
  void no_node_starts_from_a_restore_that_was_cut_off_and_another_one_begins_anew() {
    write(0, 10);
    storage.backUp(backup);
    assertThatThrownBy(
            () ->
                restore(
                    restored,
                    any -> {
                      throw new AssertionError("the process dies");
                    }))
        .isInstanceOf(AssertionError.class);

    assertThatThrownBy(() -> open(restored)).hasMessageContaining("was cut off: restore again");
    assertThat(restore(restored)).isEqualTo(10);
    open(restored).close();
  }

  @Test
  void what_can_not_be_finished_leaves_nothing_behind() {
    write(0, 10);
    storage.backUp(backup);
    assertThatThrownBy(
            () ->
                restore(
                    restored,
                    any -> {
                      throw StorageException.refusal("of another node");
                    }))
        .hasMessageContaining("of another node");
    assertThatThrownBy(
            () ->
                JeRestoring.restore(
                    backup,
                    new JeSettings(restored, 32, Durability.WRITE, JeSettings.MIN_CACHE_BYTES, 0),
                    Storage::approximateCount))
        .hasMessageContaining("cluster of 16 partitions");

    try (JeStorage empty = open(restored)) {
      assertThat(empty.approximateCount()).isZero();
    }
  }

  @Test
  void a_restore_leaves_as_much_of_the_disk_free_as_a_node_wants() {
    write(0, 10);
    storage.backUp(backup);
    JeSettings greedy =
        new JeSettings(restored, 16, Durability.WRITE, JeSettings.MIN_CACHE_BYTES, 1L << 55);

    assertThatThrownBy(() -> JeRestoring.restore(backup, greedy, Storage::approximateCount))
        .hasMessageContaining("bytes free");
  }

  @Test
  void two_backups_to_one_place_do_not_touch_each_other() throws IOException {
    write(0, 10);
    Path other = Files.createDirectories(backup.resolveSibling("monday.unfinished-1"));
    Files.writeString(other.resolve("00000000.jdb"), "of another one that is under way");

    storage.backUp(backup);

    assertThat(other.resolve("00000000.jdb")).exists();
    assertThat(restore(restored)).isEqualTo(10);
  }
}
