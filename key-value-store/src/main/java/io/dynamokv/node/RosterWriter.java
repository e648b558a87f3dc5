package io.dynamokv.node;

import io.dynamokv.storage.Storage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
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

  private final Storage storage;
  private final AtomicReference<byte @Nullable []> latest = new AtomicReference<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread writer = new Thread(task, "roster-writer");
            writer.setDaemon(true);
            return writer;
          });

  RosterWriter(Storage storage) {
    this.storage = storage;
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
      }
    }
  }

  /** Finishes what is to be written. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("what is known of the members has not been written in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
