package io.dynamokv.storage.je;

import com.sleepycat.je.Database;
import com.sleepycat.je.DatabaseConfig;
import com.sleepycat.je.DatabaseException;
import com.sleepycat.je.Environment;
import com.sleepycat.je.EnvironmentConfig;
import com.sleepycat.je.EnvironmentLockedException;
import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The environment in a data folder, and its databases: {@code data} (position and key, to state),
 * {@code hints} (holder, position and key, to time) and {@code meta} (name, to record). Nobody else
 * has the folder while it is open. As thread-safe as JE is; must not be closed while it is used.
 *
 * <p>The settings, and what was measured to choose them, are in {@code docs/storage.md}.
 */
final class JeEnvironment implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JeEnvironment.class);

  /** The cleaner takes a file at a time, and writes wait for the disk with it. */
  private static final long LOG_FILE_BYTES = 16L << 20;

  private static final long CHECKPOINT_EVERY_BYTES = 128L << 20;
  private static final long LOCK_TIMEOUT_MS = 3_000;

  private final Path folder;
  private final FolderLock lock;
  private final Environment environment;
  private final Database data;
  private final Database hints;
  private final Database meta;

  private JeEnvironment(Path folder, FolderLock lock, Environment environment) {
    this.folder = folder;
    this.lock = lock;
    this.environment = environment;
    this.data = environment.openDatabase(null, "data", databaseConfig().setKeyPrefixing(true));
    this.hints = environment.openDatabase(null, "hints", databaseConfig().setKeyPrefixing(true));
    this.meta = environment.openDatabase(null, "meta", databaseConfig());
  }

  /**
   * @throws StorageException if the folder can not be used, saying why
   */
  static JeEnvironment open(JeSettings settings) {
    FolderLock lock = FolderLock.acquire(settings.folder());
    try {
      JeRestoring.requireNone(settings.folder());
      CleanEnd.check(settings.folder());
    } catch (IOException | RuntimeException e) {
      closeAfter(lock, e);
      throw e instanceof StorageException known
          ? known
          : JeFailure.whileOpening(settings.folder(), e);
    }
    return open(settings, lock);
  }

  /** The same where the folder is locked already; the lock ends with the environment. */
  static JeEnvironment open(JeSettings settings, FolderLock lock) {
    Path folder = settings.folder();
    warnOfOverrides(folder);
    Environment environment = null;
    try {
      environment = new Environment(folder.toFile(), environmentConfig(settings));
      return new JeEnvironment(folder, lock, environment);
    } catch (RuntimeException e) {
      if (environment != null) {
        closeAfter(environment::close, e);
      }
      closeAfter(lock, e);
      throw explained(folder, e);
    }
  }

  Environment environment() {
    return environment;
  }

  Database data() {
    return data;
  }

  Database hints() {
    return hints;
  }

  Database meta() {
    return meta;
  }

  /**
   * Hardens everything and lets go of the folder. What goes wrong is logged, not thrown: nobody was
   * promised anything about writes that were not hardened before.
   */
  @Override
  public void close() {
    // A failed environment has nothing to save; its databases would only repeat why it failed.
    if (environment.isValid()) {
      closeLogged("data", data);
      closeLogged("hints", hints);
      closeLogged("meta", meta);
    }
    boolean wasValid = environment.isValid();
    closeLogged("environment", environment);
    if (wasValid) {
      closeLogged("clean end", () -> CleanEnd.write(folder));
    }
    closeLogged("lock", lock);
  }

  private void closeLogged(String what, AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      LOG.error("Data folder {}: closing its {} failed", folder, what, e);
    }
  }

  private static void warnOfOverrides(Path folder) {
    if (Files.exists(folder.resolve("je.properties"))) {
      LOG.warn("Data folder {} has a je.properties, which overrides this node's settings", folder);
    }
  }

  private static RuntimeException explained(Path folder, RuntimeException e) {
    if (e instanceof EnvironmentLockedException) {
      return FolderLock.inUse(folder, e);
    }
    return e instanceof DatabaseException ? JeFailure.whileOpening(folder, e) : e;
  }

  private static void closeAfter(AutoCloseable closeable, Exception because) {
    try {
      closeable.close();
    } catch (Exception e) {
      because.addSuppressed(e);
    }
  }

  private static DatabaseConfig databaseConfig() {
    return new DatabaseConfig().setAllowCreate(true).setTransactional(true);
  }

  private static EnvironmentConfig environmentConfig(JeSettings settings) {
    EnvironmentConfig config = new EnvironmentConfig();
    config.setAllowCreate(true);
    config.setTransactional(true);
    config.setDurability(com.sleepycat.je.Durability.COMMIT_SYNC);
    config.setCacheSize(settings.cacheBytes());
    config.setLockTimeout(LOCK_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    config.setLoggingHandler(new JeLogHandler());
    set(config, EnvironmentConfig.FILE_LOGGING_LEVEL, "OFF");
    set(config, EnvironmentConfig.FREE_DISK, settings.minFreeDiskBytes() / 2);
    set(config, EnvironmentConfig.LOG_FILE_MAX, LOG_FILE_BYTES);
    set(config, EnvironmentConfig.CHECKPOINTER_BYTES_INTERVAL, CHECKPOINT_EVERY_BYTES);
    // The queue holds writes that found an fsync under way, in this process's memory, and a flush
    // without fsync can return while it does: an acknowledged write could die with the process.
    set(config, EnvironmentConfig.LOG_USE_WRITE_QUEUE, false);
    // By default, JE takes any damage in the newest log file for the end of the log and silently
    // cuts off what follows, acknowledged or not. A node must not live on with a short memory.
    set(config, EnvironmentConfig.HALT_ON_COMMIT_AFTER_CHECKSUMEXCEPTION, true);
    set(config, EnvironmentConfig.STATS_COLLECT, false);
    // At night, and gently: finds in cold data what only a read would find otherwise.
    set(config, EnvironmentConfig.VERIFY_SCHEDULE, "0 3 * * *");
    set(config, EnvironmentConfig.VERIFY_BTREE, false);
    return config;
  }

  private static void set(EnvironmentConfig config, String name, Object value) {
    config.setConfigParam(name, String.valueOf(value));
  }
}
