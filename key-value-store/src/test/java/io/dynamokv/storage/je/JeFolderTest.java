package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.DataFolder;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JeFolderTest {
  private static final int PARTITIONS = 1024;

  @TempDir private Path parent;

  @Test
  void a_folder_that_does_not_exist_is_made() {
    open("new/folder").close();

    assertThat(parent.resolve("new/folder")).isDirectory();
  }

  @Test
  void data_counts_and_meta_records_are_there_after_closing_and_opening_again() {
    try (Storage storage = open("db")) {
      write(storage, 0, 100, (byte) 1);
      storage.writeMeta("name", new byte[] {7});
    }

    try (Storage storage = open("db")) {
      assertThat(storage.read(key(42))).isEqualTo(state((byte) 1));
      assertThat(storage.approximateCount()).isEqualTo(100);
      assertThat(storage.readMeta("name")).containsExactly(7);
    }
  }

  @Test
  void closing_keeps_even_what_was_never_hardened_without_any_durability() {
    try (Storage storage = open("db", PARTITIONS, Durability.NONE)) {
      write(storage, 0, 10, (byte) 1);
      storage.harden();
    }

    try (Storage storage = open("db", PARTITIONS, Durability.NONE)) {
      assertThat(storage.approximateCount()).isEqualTo(10);
    }
  }

  @Test
  void je_leaves_no_logs_or_statistics_of_its_own() throws IOException {
    try (Storage storage = open("db")) {
      write(storage, 0, 10, (byte) 1);
    }

    try (var files = Files.list(parent.resolve("db"))) {
      assertThat(files.filter(file -> file.toString().contains("je.")))
          .allSatisfy(file -> assertThat(file).isEmptyFile());
    }
  }

  @Test
  void a_file_is_no_folder() throws IOException {
    Files.createFile(parent.resolve("file"));

    assertRefused("file", "is not a folder");
  }

  @Test
  void a_folder_that_can_not_be_made_is_refused() throws IOException {
    Files.createFile(parent.resolve("file"));

    assertRefused("file/db", "can not be created");
  }

  @Test
  void a_folder_that_can_not_be_written_is_refused() {
    assumeTrue(Files.isDirectory(Path.of("/proc")), "needs a folder that not even root can write");

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> open(Path.of("/proc"), PARTITIONS, Durability.SYNC))
        .withMessageContaining("/proc")
        .withMessageContaining("can not be written to");
  }

  @Test
  void a_folder_in_use_is_refused_with_the_id_of_its_user() {
    try (Storage storage = open("db")) {
      assertRefused("db", "in use by another process (pid " + ProcessHandle.current().pid() + ")");
      assertThat(storage.failure()).isNull();
    }
    open("db").close();
  }

  @Test
  void a_folder_that_could_not_be_opened_is_not_held() {
    open("db").close();
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> open("db", 2048, Durability.SYNC));

    assertThatCode(() -> open("db").close()).doesNotThrowAnyException();
  }

  @Test
  void another_number_of_partitions_is_refused_with_both_numbers() {
    open("db").close();

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> open("db", 2048, Durability.SYNC))
        .withMessageContaining("1024")
        .withMessageContaining("2048");
  }

  @Test
  void a_newer_format_is_refused() {
    writeFolderRecord("format=2\nengine=je\npartitions=1024\nsomething=new\n");

    assertRefused("db", "has format 2, written by a newer version; this version reads up to 1");
  }

  @Test
  void another_engine_is_refused() {
    writeFolderRecord("format=1\nengine=rocks\npartitions=1024\n");

    assertRefused("db", "written by the engine 'rocks'");
  }

  @Test
  void a_record_that_can_not_be_read_is_refused() {
    writeFolderRecord("format=1\nengine=je\npartitions=many\n");

    assertRefused("db", "its partitions is unreadable");
  }

  @Test
  void the_record_of_a_folder_is_text() {
    try (Storage storage = open("db")) {
      assertThat(storage.readMeta(DataFolder.RECORD))
          .asString(UTF_8)
          .isEqualTo("format=1\nengine=je\npartitions=1024\n");
    }
  }

  @Test
  void a_corrupt_folder_is_refused_in_plain_words() throws IOException {
    try (Storage storage = open("db")) {
      write(storage, 0, 1000, (byte) 1);
    }
    byte[] junk = new byte[4096];
    Arrays.fill(junk, (byte) 0x5a);
    overwrite(0, junk);

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> open("db"))
        .withMessageStartingWith("data folder " + parent.resolve("db") + " can not be opened")
        .withMessageContaining("it is corrupt or incomplete");
  }

  @Test
  void a_log_that_rotted_is_refused_instead_of_being_cut_off_there() throws IOException {
    try (Storage storage = open("db")) {
      write(storage, 0, 100, (byte) 0x77);
      write(storage, 100, 200, (byte) 1);
    }
    Files.delete(parent.resolve("db/clean-end"));
    overwrite(positionOf((byte) 0x77), new byte[] {0x76});

    assertRefused("db", "it is corrupt or incomplete");
  }

  @Test
  void whatever_rots_in_a_log_that_was_closed_is_found_before_it_is_opened() throws IOException {
    try (Storage storage = open("db")) {
      write(storage, 0, 200, (byte) 1);
    }
    byte[] whole = Files.readAllBytes(logFile());
    for (int at = 100; at + 50 < whole.length; at += whole.length / 20) {
      byte[] noise = new byte[50];
      Arrays.fill(noise, (byte) 0x5a);
      overwrite(at, noise);
      assertRefused("db", "it is corrupt or incomplete");
      Files.write(logFile(), whole);
    }

    Files.write(logFile(), Arrays.copyOf(whole, whole.length - 1));
    assertRefused("db", "it is corrupt or incomplete");
    Files.write(logFile(), whole);
    try (Storage storage = open("db")) {
      assertThat(storage.approximateCount()).isEqualTo(200);
      assertThat(parent.resolve("db/clean-end")).doesNotExist();
    }
  }

  @Test
  void a_state_that_rots_on_the_disk_fails_the_storage_instead_of_being_read() throws IOException {
    try (Storage storage = open("db", PARTITIONS, Durability.WRITE)) {
      write(storage, 0, 100, (byte) 0x77);
      write(storage, 100, 40_000, (byte) 1);
      storage.harden();

      overwrite(positionOf((byte) 0x77), new byte[] {0x76});

      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(() -> IntStream.range(0, 100).forEach(i -> storage.read(key(i))))
          .withMessageContaining("is corrupt; give the node an empty folder");
      assertThat(storage.failure()).contains("is corrupt; give the node an empty folder");
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(() -> storage.writeMeta("name", new byte[1]));
    }
    assertRefused("db", "it is corrupt or incomplete; give the node an empty folder");
  }

  @Test
  void settings_out_of_range_are_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JeSettings(parent, 1000, Durability.SYNC, 16 << 20, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JeSettings(parent, 1024, Durability.SYNC, 1 << 20, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JeSettings(parent, 1024, Durability.SYNC, 16 << 20, -1));
  }

  private void assertRefused(String folder, String message) {
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> open(folder))
        .withMessageContaining(message);
  }

  private void writeFolderRecord(String text) {
    try (Storage storage = open("db")) {
      storage.writeMeta(DataFolder.RECORD, text.getBytes(UTF_8));
    }
  }

  private void overwrite(long position, byte[] bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(logFile().toFile(), "rw")) {
      file.seek(position);
      file.write(bytes);
    }
  }

  private long positionOf(byte filling) throws IOException {
    byte[] log = Files.readAllBytes(logFile());
    byte[] wanted = state(filling);
    return IntStream.range(0, log.length - wanted.length)
        .filter(i -> Arrays.equals(log, i, i + wanted.length, wanted, 0, wanted.length))
        .findFirst()
        .orElseThrow();
  }

  private Path logFile() {
    return parent.resolve("db/00000000.jdb");
  }

  private Storage open(String folder) {
    return open(folder, PARTITIONS, Durability.SYNC);
  }

  private Storage open(String folder, int partitions, Durability durability) {
    return open(parent.resolve(folder), partitions, durability);
  }

  private static Storage open(Path folder, int partitions, Durability durability) {
    return JeStorage.open(
        new JeSettings(folder, partitions, durability, JeSettings.MIN_CACHE_BYTES, 1 << 20),
        new MetricRegistry(),
        System::nanoTime);
  }

  private static void write(Storage storage, int from, int to, byte filling) {
    List<Change> changes =
        IntStream.range(from, to).mapToObj(i -> new Change(key(i), null, state(filling))).toList();
    assertThat(storage.compareAndWrite(changes)).isEmpty();
  }

  private static byte[] state(byte filling) {
    byte[] state = new byte[150];
    Arrays.fill(state, filling);
    return state;
  }

  private static Key key(int i) {
    return Key.of(("key" + i).getBytes(UTF_8));
  }
}
