package io.dynamokv.storage.je;

import com.sleepycat.je.DatabaseException;
import com.sleepycat.je.DiskLimitException;
import com.sleepycat.je.Environment;
import io.dynamokv.storage.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a data folder can be written, and why not: all reasons there are. Thread-safe. */
final class JeHealth {
  private static final Logger LOG = LoggerFactory.getLogger(JeHealth.class);

  private final Path folder;
  private final Environment environment;
  private final GroupFlush flush;
  private final DiskSpace disk;
  private final JeDiskLimit limit;
  private final List<Supplier<@Nullable String>> reasons;
  private final AtomicBoolean logged = new AtomicBoolean();

  JeHealth(
      Path folder, Environment environment, GroupFlush flush, DiskSpace disk, JeDiskLimit limit) {
    this.folder = folder;
    this.environment = environment;
    this.flush = flush;
    this.disk = disk;
    this.limit = limit;
    this.reasons =
        List.of(
            () -> JeFailure.of(environment, folder), flush::failure, disk::failure, limit::failure);
  }

  /**
   * @param bytes 0 if something is only removed, which may be done on a full disk too
   * @throws StorageException if so many bytes may not be written
   */
  void requireWritable(long bytes) {
    if (bytes > 0) {
      disk.require(bytes);
    }
    requireWorking();
  }

  /**
   * @throws StorageException if the storage failed for good
   */
  void requireWorking() {
    String reason = JeFailure.of(environment, folder);
    if (reason != null) {
      throw new StorageException(reason);
    }
    flush.requireWorking();
  }

  /** JE took a group of writes. */
  void wrote() {
    limit.wrote();
  }

  /** Takes note of what JE threw, and says it in plain words. */
  StorageException explained(DatabaseException e) {
    StorageException explained = JeFailure.translate(folder, e);
    if (e instanceof DiskLimitException) {
      limit.refused(String.valueOf(explained.getMessage()));
    }
    if (!environment.isValid() && logged.compareAndSet(false, true)) {
      LOG.error("Data folder {} failed; this node must be restarted", folder, e);
    }
    return explained;
  }

  /** The first reason why nothing can be written, or null. */
  @Nullable String failure() {
    for (Supplier<@Nullable String> reason : reasons) {
      String text = reason.get();
      if (text != null) {
        return text;
      }
    }
    return null;
  }
}
