package io.dynamokv.node;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.dynamokv.node.LocalReplica.ReadResult;
import io.dynamokv.replica.Replica;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that reads this node's copy: the reading half of a {@link ReplicaPipeline}, whose
 * contract each method here has. Thread-safe.
 */
final class ReplicaReads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaReads.class);

  private final Replica replica;
  private final HashedStorage storage;
  private final UnsafeKeys unsafeKeys;
  private final WhenSafe whenSafe;
  private final WorkQueue<Runnable> queue;
  private final Runnable afterBatch;
  private final Timer batchTime;

  /** Tells what was read when all that was written before is safe. */
  interface WhenSafe {
    /** Returns false if too much is queued: no call-back will come. */
    boolean tell(ReadResult result, Consumer<ReadResult> done);
  }

  /**
   * @param unsafeKeys those that are not told of before they are safe
   * @param capacity how many reads may be queued
   * @param afterBatch run when all of a batch were called back
   */
  ReplicaReads(
      Replica replica,
      HashedStorage storage,
      UnsafeKeys unsafeKeys,
      WhenSafe whenSafe,
      int capacity,
      WorkQueue.Maker queues,
      Runnable afterBatch,
      MetricRegistry metrics) {
    this.replica = replica;
    this.storage = storage;
    this.unsafeKeys = unsafeKeys;
    this.whenSafe = whenSafe;
    this.queue = queues.make("replica-reads", capacity, ReplicaPipeline.BATCH, this::workOff);
    this.afterBatch = afterBatch;
    this.batchTime = Distributions.timer(metrics, "storage.read-batch-time");
    metrics.gauge("storage.read-queue", () -> queue::depth);
  }

  void start() {
    queue.start();
  }

  boolean hasEnded() {
    return queue.hasEnded();
  }

  void drain() {
    queue.drain();
  }

  @Override
  public void close() {
    queue.close();
  }

  boolean read(Key key, Consumer<ReadResult> done) {
    return queue.offer(() -> readNow(key, done));
  }

  boolean readSome(List<Key> keys, long mostBytes, Consumer<List<ReadResult>> done) {
    return queue.offer(() -> readSomeNow(keys, mostBytes, done));
  }

  boolean hints(
      MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done) {
    return look("hints", () -> replica.hintsFor(holder, after, limit), done);
  }

  boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done) {
    return look("hashes", () -> storage.rebuild(firstLeaf, beforeLeaf), done);
  }

  boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done) {
    return look("keys", () -> storage.keys(query), done);
  }

  private Runnable workOff(List<Runnable> batch) {
    try (Timer.Context ignored = batchTime.time()) {
      for (Runnable reading : batch) {
        Faults.runSurviving(LOG, "a read, or its call-back", reading);
      }
    }
    return afterBatch;
  }

  private <T> boolean look(String what, Supplier<T> look, Consumer<@Nullable T> done) {
    return queue.offer(() -> done.accept(lookNow(what, look)));
  }

  private <T> @Nullable T lookNow(String what, Supplier<T> look) {
    try {
      return look.get();
    } catch (StorageException e) {
      replica.faults().couldNot("read " + what, e);
      return null;
    } catch (RuntimeException e) {
      LOG.error("a bug: {} could not be read", what, e);
      return null;
    }
  }

  private void readNow(Key key, Consumer<ReadResult> done) {
    ReadResult result = read(key);
    if (unsafeKeys.contains(key)) {
      tellWhenSafe(result, done);
    } else {
      done.accept(result);
    }
  }

  /** Ends before a key that is not safe yet, so that nobody waits for what others write. */
  private void readSomeNow(List<Key> keys, long mostBytes, Consumer<List<ReadResult>> done) {
    List<ReadResult> results = new ArrayList<>(keys.size());
    long bytes = 0;
    for (Key key : keys) {
      ReadResult result = read(key);
      boolean isSafe = !unsafeKeys.contains(key);
      if (results.isEmpty() && !isSafe) {
        tellWhenSafe(result, only -> done.accept(List.of(only)));
        return;
      }
      bytes += sizeOf(result);
      if (!isSafe || bytes > mostBytes && !results.isEmpty()) {
        break;
      }
      results.add(result);
      if (bytes + sizeOf(result) > mostBytes) {
        break; // The next one is likely to be as large, and would be read in vain.
      }
    }
    done.accept(results);
  }

  private void tellWhenSafe(ReadResult result, Consumer<ReadResult> done) {
    if (!whenSafe.tell(result, done)) {
      done.accept(new ReadResult.Failed());
    }
  }

  private static int sizeOf(ReadResult result) {
    return result instanceof ReadResult.Read read && read.state() != null ? read.state().length : 0;
  }

  private ReadResult read(Key key) {
    try {
      return new ReadResult.Read(replica.read(key));
    } catch (StorageException e) {
      replica.faults().couldNot("read " + key, e);
      return new ReadResult.Failed();
    } catch (RuntimeException e) {
      LOG.error("a bug: {} could not be read", key, e);
      return new ReadResult.Failed();
    }
  }
}
