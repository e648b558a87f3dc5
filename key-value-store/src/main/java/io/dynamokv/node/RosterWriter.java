package io.dynamokv.node;

import io.dynamokv.storage.Storage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what is known of the members to the data folder, for the next start, on a thread of its
 * own; the latest is enough. Thread-safe.
 */
final class RosterWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RosterWriter.class);
  private static final long CLOSING_SECONDS = 2;
  private static final long RETRY_MS = 5_000;

  private final Storage storage;
  private final long retryMs;
  private final AtomicReference<byte @Nullable []> latest = new AtomicReference<>();
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          task -> {
            Thread writer = new Thread(task, "roster-writer");
            writer.setDaemon(true);
            return writer;
          });

  RosterWriter(Storage storage) {
    this(storage, RETRY_MS);
  }

  /**
   * @param retryMs how long after a failure it is tried again
   */
  RosterWriter(Storage storage, long retryMs) {
    this.storage = storage;
    this.retryMs = retryMs;
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Writes a roster soon, unless a later one comes before. */
  void write(byte[] roster) {
    if (latest.getAndSet(roster) == null) {
      try {
        thread.execute(this::writeLatest);
      } catch (RejectedExecutionException e) {
        LOG.debug("the node has been closed");
      }
    }
  }

  private void writeLatest() {
    byte[] roster = latest.getAndSet(null);
    if (roster != null) {
      try {
        KnownRoster.write(storage, roster);
      } catch (RuntimeException e) {
        LOG.warn("could not keep what is known of the members: {}", e.getMessage());
        writeAgainLater(roster);
      }
    }
  }

  /** Unless there is a later one by then; the disk may have room again. */
  private void writeAgainLater(byte[] roster) {
    if (latest.compareAndSet(null, roster)) {
      try {
        thread.schedule(this::writeLatest, retryMs, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        LOG.debug("the node has been closed");
      }
    }
  }

  /** Finishes what is to be written. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (thread.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
        writeLatest();
      } else {
        LOG.warn("what is known of the members has not been written in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
