package io.dynamokv.storage.je;

import com.sleepycat.je.Cursor;
import com.sleepycat.je.DatabaseEntry;
import com.sleepycat.je.DatabaseException;
import com.sleepycat.je.Durability;
import com.sleepycat.je.Get;
import com.sleepycat.je.LockConflictException;
import com.sleepycat.je.LockMode;
import com.sleepycat.je.OperationResult;
import com.sleepycat.je.Put;
import com.sleepycat.je.ReadOptions;
import com.sleepycat.je.Transaction;
import com.sleepycat.je.TransactionConfig;
import io.dynamokv.storage.Storage.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Compares and writes groups of changes, each group in one transaction. Thread-safe. */
final class JeWriter {
  private static final Duration LONGEST_WAIT_FOR_OTHERS = Duration.ofSeconds(3);

  /** Only JE's cleaner can still be in the way of a writer that has the key locks; it is brief. */
  private static final int MAX_ATTEMPTS = 3;

  private final JeEnvironment je;
  private final KeyLocks locks = new KeyLocks(LONGEST_WAIT_FOR_OTHERS);
  private final LongAdder growth = new LongAdder();
  // The configurations are only read by JE.
  private final TransactionConfig notForced =
      new TransactionConfig().setDurability(Durability.COMMIT_NO_SYNC);
  private final ReadOptions forWriting = new ReadOptions().setLockMode(LockMode.RMW);

  JeWriter(JeEnvironment je) {
    this.je = je;
  }

  /** How many more keys there are than when this writer was made; negative if there are fewer. */
  long growth() {
    return growth.sum();
  }

  /**
   * Writes the changes whose expectation holds; on return they are in the log, not flushed.
   *
   * @param ordered in the order of their keys
   * @return those whose expectation did not hold
   */
  List<Change> write(List<Change> ordered) {
    locks.lock(ordered);
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          return writeOnce(ordered);
        } catch (LockConflictException e) {
          if (attempt == MAX_ATTEMPTS) {
            throw e;
          }
        }
      }
    } finally {
      locks.unlock(ordered);
    }
  }

  private List<Change> writeOnce(List<Change> ordered) {
    Transaction transaction = je.environment().beginTransaction(null, notForced);
    try {
      Group group = new Group();
      try (Cursor cursor = je.data().openCursor(transaction, null)) {
        for (Change change : ordered) {
          group.apply(cursor, change);
        }
      }
      transaction.commit();
      growth.add(group.growth);
      return group.conflicts;
    } catch (RuntimeException e) {
      abort(transaction, e);
      throw e;
    }
  }

  static void abort(Transaction transaction, RuntimeException because) {
    try {
      transaction.abort();
    } catch (DatabaseException | IllegalStateException e) {
      because.addSuppressed(e);
    }
  }

  /** What became of the changes of one transaction. */
  private final class Group {
    private final List<Change> conflicts = new ArrayList<>(0);
    private int growth;

    void apply(Cursor cursor, Change change) {
      DatabaseEntry key = new DatabaseEntry(JeKeys.encode(change.key()));
      DatabaseEntry found = new DatabaseEntry();
      boolean present = cursor.get(key, found, Get.SEARCH, forWriting) != null;
      byte[] expected = change.expected();
      byte[] next = change.next();
      if (present != (expected != null)) {
        conflicts.add(change);
      } else if (expected == null) {
        insert(cursor, key, change);
      } else if (!Arrays.equals(expected, found.getData())) {
        conflicts.add(change);
      } else if (next == null) {
        cursor.delete();
        growth--;
      } else {
        cursor.put(null, new DatabaseEntry(next), Put.CURRENT, null);
      }
    }

    private void insert(Cursor cursor, DatabaseEntry key, Change change) {
      DatabaseEntry next = new DatabaseEntry(change.next());
      OperationResult result = cursor.put(key, next, Put.NO_OVERWRITE, null);
      if (result == null) {
        conflicts.add(change);
      } else {
        growth++;
      }
    }
  }
}
