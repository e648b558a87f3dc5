package io.dynamokv.storage.je;

import com.sleepycat.je.DatabaseException;
import com.sleepycat.je.DiskLimitException;
import com.sleepycat.je.Environment;
import com.sleepycat.je.EnvironmentFailureException;
import com.sleepycat.je.LockConflictException;
import com.sleepycat.je.OperationFailureException;
import com.sleepycat.je.VersionMismatchException;
import io.dynamokv.storage.StorageException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Says in plain words what JE's exceptions mean to whoever runs the node. */
final class JeFailure {
  private static final String ADVICE =
      "give the node an empty folder, and it will be filled from its peers";

  private JeFailure() {}

  /** What an operation failed of. */
  static StorageException translate(Path folder, DatabaseException e) {
    String message = message(folder, e);
    // JE gives up the operation, or the whole transaction; only an environment that fails leaves
    // open what became of it.
    return e instanceof OperationFailureException
        ? StorageException.refusal(message, e)
        : new StorageException(message, e);
  }

  /** What the folder could not be opened of. */
  static StorageException whileOpening(Path folder, Exception e) {
    String advice =
        e instanceof VersionMismatchException
            ? "it was written by a newer version"
            : "it is corrupt or incomplete; " + ADVICE;
    return new StorageException(
        "data folder %s can not be opened (%s): %s".formatted(folder, rootMessage(e), advice), e);
  }

  /** What a folder is refused with that is not as it was left. */
  static StorageException rotten(Path folder, String how) {
    return new StorageException(
        "data folder %s can not be opened (%s): it is corrupt or incomplete; %s"
            .formatted(folder, how, ADVICE));
  }

  /** Why an environment can no longer be used, or null while it can. */
  static @Nullable String of(Environment environment, Path folder) {
    EnvironmentFailureException cause = environment.getInvalidatingException();
    return cause == null ? null : failedForGood(folder, cause);
  }

  private static String message(Path folder, DatabaseException e) {
    if (e instanceof DiskLimitException) {
      return "the disk is full: less than half of storage.minFreeDisk is free";
    }
    if (e instanceof EnvironmentFailureException) {
      return failedForGood(folder, e);
    }
    if (e instanceof LockConflictException) {
      return "the key is locked for too long: " + rootMessage(e);
    }
    return "data folder %s: %s".formatted(folder, rootMessage(e));
  }

  private static String failedForGood(Path folder, DatabaseException e) {
    boolean isCorrupt = e instanceof EnvironmentFailureException failure && failure.isCorrupted();
    return "data folder %s failed and %s: %s"
        .formatted(
            folder,
            isCorrupt ? "is corrupt; " + ADVICE : "stays failed until the node is restarted",
            rootMessage(e));
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
