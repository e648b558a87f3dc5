package io.dynamokv.storage.je;

import com.sleepycat.je.CacheMode;
import com.sleepycat.je.Cursor;
import com.sleepycat.je.CursorConfig;
import com.sleepycat.je.Database;
import com.sleepycat.je.DatabaseEntry;
import com.sleepycat.je.Get;
import com.sleepycat.je.OperationResult;
import io.dynamokv.storage.Storage.Visitor;

/**
 * One scan over a range of positions. It takes no locks, so its visitor may write, and it may see
 * what a transaction has written that is then given up; and it leaves the cache as it was, so a
 * scan of everything does not push out what clients read.
 */
final class JeScan {
  private final long firstPosition;
  private final long lastPosition;
  private final Visitor visitor;

  /**
   * @throws IllegalArgumentException if the first position is beyond the last
   */
  JeScan(long firstPosition, long lastPosition, Visitor visitor) {
    if (Long.compareUnsigned(firstPosition, lastPosition) > 0) {
      throw new IllegalArgumentException(
          "the first position %x is beyond the last, %x".formatted(firstPosition, lastPosition));
    }
    this.firstPosition = firstPosition;
    this.lastPosition = lastPosition;
    this.visitor = visitor;
  }

  /** Runs until the range or the visitor ends it, or the gate is closed. */
  void run(Database data, Gate gate) {
    DatabaseEntry key = JeKeys.first(firstPosition);
    DatabaseEntry state = new DatabaseEntry();
    try (Cursor cursor = data.openCursor(null, CursorConfig.READ_UNCOMMITTED)) {
      cursor.setCacheMode(CacheMode.UNCHANGED);
      OperationResult found = cursor.get(key, state, Get.SEARCH_GTE, null);
      while (found != null
          && Long.compareUnsigned(JeKeys.position(key), lastPosition) <= 0
          && visitor.visit(JeKeys.decode(key), state.getData())) {
        gate.requireOpen();
        found = cursor.get(key, state, Get.NEXT, null);
      }
    }
  }
}
