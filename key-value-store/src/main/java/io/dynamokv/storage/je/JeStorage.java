package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import com.sleepycat.je.Database;
import com.sleepycat.je.DatabaseEntry;
import com.sleepycat.je.DatabaseException;
import com.sleepycat.je.LockMode;
import com.sleepycat.je.OperationStatus;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.Changes;
import io.dynamokv.storage.DataFolder;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Hints;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The storage port on Berkeley DB Java Edition: one environment in a folder of the node's own.
 * Thread-safe.
 *
 * <p>Limits: a thread must not be interrupted while it is in here; JE fails for good when that hits
 * it in a wait or an fsync. (An interrupt that came before is put off until the call returns.) A
 * failed write or fsync fails the storage until the node is restarted; a full disk only until there
 * is room again, if it was noticed before the operating system refused a write.
 *
 * <p>How it works:
 *
 * <ul>
 *   <li><b>Reads</b> wait for the transaction that has just written the key, if there is one, and
 *       see what it has committed. A transaction can be given up half-way, by a full disk, and a
 *       state that was seen before that could be spread by a read repair, though it never was.
 *   <li><b>Writes</b> are committed to JE's log buffers, and flushed in groups by {@link #harden}
 *       ({@link GroupFlush}).
 *   <li><b>Closing</b> waits until everybody has left ({@link Gate}).
 * </ul>
 */
public final class JeStorage implements Storage {
  private static final Logger LOG = LoggerFactory.getLogger(JeStorage.class);
  private static final String ENGINE = "je";
  private static final Duration LONGEST_WAIT_FOR_USERS = Duration.ofSeconds(10);

  private final JeSettings settings;
  private final JeEnvironment je;
  private final JeWriter writer;
  private final GroupFlush flush;
  private final KeyCount keys;
  private final JeStatistics statistics;
  private final JeHealth health;
  private final JeHints hints;
  private final Gate gate = new Gate();

  private JeStorage(
      JeSettings settings,
      JeEnvironment je,
      DiskSpace disk,
      MetricRegistry metrics,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.je = je;
    this.writer = new JeWriter(je);
    this.keys = new KeyCount(je.data()::count, writer::growth);
    this.flush = new GroupFlush(timedFlush(metrics), nanoTime);
    this.statistics = new JeStatistics(je.environment(), metrics);
    this.health =
        new JeHealth(
            settings.folder(),
            je.environment(),
            flush,
            disk,
            new JeDiskLimit(statistics::hasRoom, nanoTime));
    this.hints = new JeHints(je, this);
    statistics.gauge("keys", this::countedKeys);
    statistics.gauge("failed", () -> failure() == null ? 0L : 1L);
  }

  /**
   * Opens a data folder, or makes one.
   *
   * @param nanoTime a clock that only runs forward, such as {@code System::nanoTime}
   * @throws StorageException if the folder can not be used, is in use, or belongs to another
   *     cluster or version
   */
  public static JeStorage open(JeSettings settings, MetricRegistry metrics, LongSupplier nanoTime) {
    return open(
        settings, metrics, nanoTime, () -> Files.getFileStore(settings.folder()).getUsableSpace());
  }

  static JeStorage open(
      JeSettings settings, MetricRegistry metrics, LongSupplier nanoTime, DiskSpace.Usable usable) {
    return open(settings, JeEnvironment.open(settings), metrics, nanoTime, usable);
  }

  /** Opens a folder into which a backup has just been copied, and which is locked for that. */
  static JeStorage openRestored(JeSettings settings, FolderLock lock) {
    return open(
        settings,
        JeEnvironment.open(settings, lock),
        new MetricRegistry(),
        System::nanoTime,
        () -> Files.getFileStore(settings.folder()).getUsableSpace());
  }

  private static JeStorage open(
      JeSettings settings,
      JeEnvironment je,
      MetricRegistry metrics,
      LongSupplier nanoTime,
      DiskSpace.Usable usable) {
    try {
      DiskSpace disk = new DiskSpace(settings.minFreeDiskBytes(), usable, nanoTime);
      return new JeStorage(settings, je, disk, metrics, nanoTime).claimed();
    } catch (RuntimeException e) {
      je.close();
      throw e;
    }
  }

  private JeStorage claimed() {
    try {
      DataFolder.claim(this, ENGINE, settings.partitions());
      inside(
          () -> {
            hints.count();
            return true;
          });
    } catch (RuntimeException e) {
      statistics.close();
      throw e;
    }
    LOG.info("Data folder {} opened, durability {}", settings.folder(), settings.durability());
    return this;
  }

  @Override
  public byte @Nullable [] read(Key key) {
    return inside(() -> get(je.data(), JeKeys.encode(key)));
  }

  @Override
  public List<Change> compareAndWrite(List<Change> changes) {
    List<Change> ordered = Changes.inOrder(changes);
    return writing(Changes.bytes(ordered), () -> writer.write(ordered));
  }

  /** Runs an operation that writes about so many bytes, to be flushed later. */
  <T> T writing(long bytes, Supplier<T> operation) {
    return inside(
        () -> {
          health.requireWritable(bytes);
          T result = operation.get();
          flush.wrote();
          health.wrote();
          return result;
        });
  }

  @Override
  public void harden() {
    inside(
        () -> {
          if (settings.durability() == Durability.NONE) {
            health.requireWorking();
          } else {
            flush.harden();
          }
          return true;
        });
  }

  @Override
  public void scan(long firstPosition, long lastPosition, Visitor visitor) {
    JeScan scan = new JeScan(firstPosition, lastPosition, visitor);
    inside(
        () -> {
          scan.run(je.data(), gate);
          return true;
        });
  }

  /** As the port says; the first call reads the whole tree, which takes a second for a million. */
  @Override
  public long approximateCount() {
    return inside(keys::get);
  }

  @Override
  public Hints hints() {
    return hints;
  }

  @Override
  public byte @Nullable [] readMeta(String name) {
    return inside(() -> get(je.meta(), name.getBytes(UTF_8)));
  }

  @Override
  public void writeMeta(String name, byte[] value) {
    DatabaseEntry key = new DatabaseEntry(name.getBytes(UTF_8));
    inside(
        () -> {
          health.requireWorking();
          // A transaction of its own, forced to the disk, as is the environment's default.
          return je.meta().put(null, key, new DatabaseEntry(value));
        });
  }

  @Override
  public void backUp(Path folder) {
    inside(
        () -> {
          health.requireWorking();
          JeBackup.take(je.environment(), settings.folder(), folder, settings.minFreeDiskBytes());
          return true;
        });
    LOG.info("Data folder {} backed up to {}", settings.folder(), folder);
  }

  /** As the port says; also, that the storage is closed, or that the disk hangs. */
  @Override
  public @Nullable String failure() {
    if (gate.isClosed()) {
      return "the storage is closed";
    }
    return health.failure();
  }

  /** As the port says; waits for those inside first, but not for ever. */
  @Override
  public void close() {
    if (!gate.close()) {
      return;
    }
    awaitUsers();
    statistics.close();
    je.close();
    LOG.info("Data folder {} closed", settings.folder());
  }

  private void awaitUsers() {
    try {
      if (!gate.awaitEmpty(LONGEST_WAIT_FOR_USERS)) {
        LOG.warn("Data folder {} is closed while it is still being used", settings.folder());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static byte @Nullable [] get(Database database, byte[] key) {
    DatabaseEntry value = new DatabaseEntry();
    OperationStatus status =
        database.get(null, new DatabaseEntry(key), value, LockMode.READ_COMMITTED);
    return status == OperationStatus.SUCCESS ? value.getData() : null;
  }

  private Runnable timedFlush(MetricRegistry metrics) {
    Timer timer = metrics.timer(MetricRegistry.name("storage", "flushes"));
    boolean fsync = settings.durability() == Durability.SYNC;
    return () -> timer.time(() -> je.environment().flushLog(fsync));
  }

  private long countedKeys() {
    try {
      return approximateCount();
    } catch (StorageException e) {
      LOG.debug("The keys can not be counted", e);
      return -1;
    }
  }

  /** Runs an operation while the storage is open, with interrupts put off. */
  <T extends @Nullable Object> T inside(Supplier<T> operation) {
    gate.enter();
    boolean interrupted = Thread.interrupted();
    try {
      return operation.get();
    } catch (DatabaseException e) {
      throw health.explained(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      gate.exit();
    }
  }
}
