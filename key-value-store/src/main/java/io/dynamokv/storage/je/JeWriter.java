package io.dynamokv.storage.je;

import com.sleepycat.je.Cursor;
import com.sleepycat.je.DatabaseEntry;
import com.sleepycat.je.Get;
import com.sleepycat.je.LockMode;
import com.sleepycat.je.OperationResult;
import com.sleepycat.je.Put;
import com.sleepycat.je.ReadOptions;
import com.sleepycat.je.Transaction;
import io.dynamokv.storage.Storage.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Compares and writes groups of changes, each group in one transaction. Thread-safe. */
final class JeWriter {
  private static final Duration LONGEST_WAIT_FOR_OTHERS = Duration.ofSeconds(3);

  private final JeEnvironment je;
  private final KeyLocks locks = new KeyLocks(LONGEST_WAIT_FOR_OTHERS);
  private final LongAdder growth = new LongAdder();
  private final JeTransactions transactions;
  // Only read by JE.
  private final ReadOptions forWriting = new ReadOptions().setLockMode(LockMode.RMW);

  JeWriter(JeEnvironment je) {
    this.je = je;
    this.transactions = new JeTransactions(je.environment());
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
      Group written = transactions.run(transaction -> writeAll(transaction, ordered));
      growth.add(written.growth);
      return written.conflicts;
    } finally {
      locks.unlock(ordered);
    }
  }

  private Group writeAll(Transaction transaction, List<Change> ordered) {
    Group group = new Group();
    try (Cursor cursor = je.data().openCursor(transaction, null)) {
      for (Change change : ordered) {
        group.apply(cursor, change);
      }
    }
    return group;
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
