package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.codahale.metrics.MetricRegistry;
import com.sleepycat.je.log.FileManager;
import com.sleepycat.je.log.FileManager.DefaultRandomAccessFile;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.StorageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Full and failing disks. Writes to the log go through JE's own hook for such tests. */
@Timeout(60)
class JeFailureTest {
  private static final long PLENTY = 1L << 40;
  private static final long MIN_FREE = 1 << 20;

  @TempDir private Path folder;

  private final AtomicBoolean broken = new AtomicBoolean();
  private final AtomicLong freeBytes = new AtomicLong(PLENTY);
  private final AtomicLong nanos = new AtomicLong();
  private final MetricRegistry metrics = new MetricRegistry();
  private final FileManager.FileFactory original = FileManager.fileFactory;

  @BeforeEach
  void breakable() {
    FileManager.fileFactory = (home, name, mode) -> new BreakableFile(name, mode);
  }

  @AfterEach
  void asBefore() {
    FileManager.fileFactory = original;
  }

  @Test
  void a_full_disk_refuses_writes_until_there_is_room_again() {
    try (JeStorage storage = open(Durability.SYNC, MIN_FREE)) {
      put(storage, "before");

      freeBytes.set(MIN_FREE - 1);
      aSecondLater();
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(() -> put(storage, "refused"))
          .withMessageContaining("the disk is full");
      assertThat(storage.failure()).contains("the disk is full");
      assertThat(gauge("storage.failed")).isEqualTo(1L);
      assertThat(has(storage, "before")).isTrue();
      assertThat(has(storage, "refused")).isFalse();

      freeBytes.set(MIN_FREE);
      aSecondLater();
      assertThat(storage.failure()).isNull();
      put(storage, "after");
      storage.harden();
      assertThat(gauge("storage.failed")).isEqualTo(0L);
    }
  }

  @Test
  void what_was_written_before_the_disk_was_full_can_be_hardened() {
    try (JeStorage storage = open(Durability.SYNC, MIN_FREE)) {
      put(storage, "before");
      freeBytes.set(0);
      aSecondLater();

      storage.harden();
      storage.writeMeta("name", new byte[1]);
    }

    freeBytes.set(PLENTY);
    try (JeStorage storage = open(Durability.SYNC, MIN_FREE)) {
      assertThat(has(storage, "before")).isTrue();
    }
  }

  @Test
  void the_real_disk_is_asked_when_nothing_else_is_said() {
    try (JeStorage storage = open(Durability.SYNC, MIN_FREE)) {
      put(storage, "before");
    }

    JeSettings greedy = settings(Durability.SYNC, Long.MAX_VALUE);
    try (JeStorage storage = JeStorage.open(greedy, new MetricRegistry(), nanos::get)) {
      assertThat(storage.failure()).contains("the disk is full");
      assertThat(has(storage, "before")).isTrue();
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(() -> put(storage, "refused"))
          .withMessageContaining("the disk is full");
    }
  }

  @Test
  void jes_own_limit_is_a_full_disk_too() {
    open(Durability.SYNC, MIN_FREE).close();
    freeBytes.set(Long.MAX_VALUE);

    try (JeStorage storage = open(Durability.SYNC, Long.MAX_VALUE)) {
      assertThat(storage.failure()).as("nobody has been refused yet").isNull();
      AtomicInteger written = new AtomicInteger();
      // JE looks at the disk every now and then, not necessarily before the first write.
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(
              () -> {
                while (written.get() < 10_000) {
                  put(storage, "key " + written);
                  written.incrementAndGet();
                }
              })
          .withMessageContaining("the disk is full");
      assertThat(storage.failure()).contains("the disk is full");
      assertThat(has(storage, "key " + written)).isFalse();
    }
  }

  @Test
  void a_write_that_the_disk_refuses_is_not_hardened_and_nothing_is_from_then_on() {
    try (JeStorage storage = open(Durability.SYNC, MIN_FREE)) {
      put(storage, "hardened");
      storage.harden();
      put(storage, "lost");

      broken.set(true);
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(storage::harden)
          .withMessageContaining("No space left on device")
          .withMessageContaining("until the node is restarted");

      broken.set(false);
      assertThatExceptionOfType(StorageException.class).isThrownBy(storage::harden);
      assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(storage, "later"));
      assertThat(storage.failure()).contains("No space left on device");
      assertThat(gauge("storage.failed")).isEqualTo(1L);
    }

    try (JeStorage storage = open(Durability.SYNC, MIN_FREE)) {
      assertThat(has(storage, "hardened")).isTrue();
      assertThat(has(storage, "lost")).isFalse();
      put(storage, "later");
      storage.harden();
    }
  }

  @Test
  void a_meta_record_that_the_disk_refuses_is_not_written() {
    try (JeStorage storage = open(Durability.WRITE, MIN_FREE)) {
      storage.writeMeta("name", new byte[] {1});

      broken.set(true);
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(() -> storage.writeMeta("name", new byte[] {2}))
          .withMessageContaining("No space left on device");
    }
    broken.set(false);

    try (JeStorage storage = open(Durability.WRITE, MIN_FREE)) {
      assertThat(storage.readMeta("name")).containsExactly(1);
    }
  }

  @Test
  void without_durability_a_failed_storage_is_still_reported() {
    try (JeStorage storage = open(Durability.NONE, MIN_FREE)) {
      broken.set(true);
      assertThatExceptionOfType(StorageException.class)
          .isThrownBy(() -> storage.writeMeta("name", new byte[1]));

      assertThatExceptionOfType(StorageException.class).isThrownBy(storage::harden);
      assertThat(storage.failure()).contains("No space left on device");
    }
  }

  @Test
  void an_interrupt_from_before_does_no_harm_and_is_kept() {
    try (JeStorage storage = open(Durability.SYNC, MIN_FREE)) {
      Thread.currentThread().interrupt();
      put(storage, "a");
      storage.harden();
      storage.writeMeta("name", new byte[1]);

      assertThat(Thread.interrupted()).isTrue();
      assertThat(has(storage, "a")).isTrue();
      assertThat(storage.failure()).isNull();
    }
  }

  @Test
  void the_gauges_outlive_a_failure_and_go_when_the_storage_is_closed() {
    try (JeStorage storage = open(Durability.SYNC, MIN_FREE)) {
      put(storage, "a");
      assertThat(gauge("storage.keys")).isEqualTo(1L);
      assertThat(gauge("storage.cache.bytes")).isPositive();
      assertThat(gauge("storage.log.bytes")).isPositive();

      broken.set(true);
      assertThatExceptionOfType(StorageException.class).isThrownBy(storage::harden);

      metrics.getGauges().values().forEach(each -> assertThat(each.getValue()).isNotNull());
    }
    assertThat(metrics.getGauges()).isEmpty();
  }

  private JeStorage open(Durability durability, long minFree) {
    return JeStorage.open(settings(durability, minFree), metrics, nanos::get, freeBytes::get);
  }

  private JeSettings settings(Durability durability, long minFree) {
    return new JeSettings(folder, 1024, durability, JeSettings.MIN_CACHE_BYTES, minFree);
  }

  private void aSecondLater() {
    nanos.addAndGet(DiskSpace.LOOK_EVERY.toNanos());
  }

  private long gauge(String name) {
    return (Long) requireNonNull(metrics.getGauges().get(name), name).getValue();
  }

  private static void put(JeStorage storage, String key) {
    storage.compareAndWrite(List.of(new Change(key(key), null, new byte[] {1})));
  }

  private static boolean has(JeStorage storage, String key) {
    return storage.read(key(key)) != null;
  }

  private static Key key(String key) {
    return Key.of(key.getBytes(UTF_8));
  }

  private final class BreakableFile extends DefaultRandomAccessFile {
    BreakableFile(String name, String mode) throws FileNotFoundException {
      super(name, mode);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (broken.get()) {
        throw new IOException("No space left on device");
      }
      super.write(bytes, offset, length);
    }
  }
}
