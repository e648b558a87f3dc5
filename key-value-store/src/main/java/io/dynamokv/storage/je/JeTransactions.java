package io.dynamokv.storage.je;

import com.sleepycat.je.DatabaseException;
import com.sleepycat.je.Durability;
import com.sleepycat.je.Environment;
import com.sleepycat.je.LockConflictException;
import com.sleepycat.je.Transaction;
import com.sleepycat.je.TransactionConfig;
import java.util.function.Function;

/**
 * Does something in a transaction that is in the log when it ends, and not flushed. Thread-safe.
 */
final class JeTransactions {
  /** Only JE's cleaner can be in the way of the writers; it is brief. */
  private static final int MAX_ATTEMPTS = 3;

  private final Environment environment;
  // Only read by JE.
  private final TransactionConfig notForced =
      new TransactionConfig().setDurability(Durability.COMMIT_NO_SYNC);

  JeTransactions(Environment environment) {
    this.environment = environment;
  }

  /**
   * Returns what the work returns.
   *
   * @param work may be done again, if somebody else was in the way
   */
  <T> T run(Function<Transaction, T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return runOnce(work);
      } catch (LockConflictException e) {
        if (attempt == MAX_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private <T> T runOnce(Function<Transaction, T> work) {
    Transaction transaction = environment.beginTransaction(null, notForced);
    try {
      T result = work.apply(transaction);
      transaction.commit();
      return result;
    } catch (RuntimeException e) {
      abort(transaction, e);
      throw e;
    }
  }

  private static void abort(Transaction transaction, RuntimeException because) {
    try {
      transaction.abort();
    } catch (DatabaseException | IllegalStateException e) {
      because.addSuppressed(e);
    }
  }
}
