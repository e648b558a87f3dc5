package io.dynamokv.storage.je;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
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
    return JeStorage.open(
        new JeSettings(folder, 16, Durability.WRITE, JeSettings.MIN_CACHE_BYTES, 0),
        new MetricRegistry(),
        System::nanoTime);
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

    assertThat(JeBackup.restore(backup, restored)).startsWith("20");

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

    JeBackup.restore(backup, restored);

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

    assertThat(backup).doesNotExist();
    assertThat(backup.resolveSibling("monday.unfinished")).doesNotExist();
  }

  @Test
  void a_damaged_or_incomplete_backup_is_refused_and_leaves_the_folder_empty() throws IOException {
    write(0, 1000);
    storage.backUp(backup);
    Path file = backup.resolve("00000000.jdb");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> JeBackup.restore(backup, restored)).hasMessageContaining("is damaged");
    assertThat(restored.resolve("00000000.jdb")).doesNotExist();

    Files.delete(file);
    assertThatThrownBy(() -> JeBackup.restore(backup, restored))
        .isInstanceOf(StorageException.class);
    Files.delete(backup.resolve("backup.txt"));
    assertThatThrownBy(() -> JeBackup.restore(backup, restored))
        .hasMessageContaining("no complete backup");
    Files.writeString(backup.resolve("backup.txt"), "something else");
    assertThatThrownBy(() -> JeBackup.restore(backup, restored))
        .hasMessageContaining("not one that this version reads");
  }

  @Test
  void nothing_is_restored_into_a_folder_that_is_in_use_or_not_empty() {
    write(0, 10);
    storage.backUp(backup);

    assertThatThrownBy(() -> JeBackup.restore(backup, temp.resolve("db")))
        .hasMessageContaining("in use");
    JeBackup.restore(backup, restored);
    assertThatThrownBy(() -> JeBackup.restore(backup, restored))
        .hasMessageContaining("holds data already");
    try (JeStorage again = open(restored)) {
      assertThat(again.approximateCount()).isEqualTo(10);
    }
  }
}
