package io.dynamokv.node;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.dynamokv.replica.Replica;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.storage.StorageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that work on this node's copy, so that no other has to wait for the disk.
 * Thread-safe.
 *
 * <p>One thread writes: it applies whatever has queued up as one transaction, tells what this node
 * coordinates as applied, makes all of it safe with one forced write to the disk, and tells what
 * came of it. What comes meanwhile is the next group; so groups grow with the load. The other
 * thread reads ({@link ReplicaReads}); a read that meets a key that is not safe yet joins the
 * writes, and is answered with the group that it finds itself in.
 */
final class ReplicaPipeline implements LocalReplica, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaPipeline.class);

  /** How many reads or writes are done as one, at most. */
  static final int BATCH = 256;

  private final Replica replica;
  private final HashedStorage storage;
  private final ReplicaReads reads;
  private final WorkQueue<Writing> writes;
  private final UnsafeKeys unsafeKeys = new UnsafeKeys();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final long byteCapacity;
  private final Runnable afterBatch;
  private final Timer applyTime;
  private final Timer hardenTime;
  private final Histogram batchSizes;

  /** What waits for the writing thread. */
  private sealed interface Writing {}

  private record PendingWrite(ReplicaWrite write, long bytes, Consumer<WriteProgress> done)
      implements Writing {}

  private record UnsafeRead(ReadResult result, Consumer<ReadResult> done) implements Writing {}

  private record PendingSettling(Consumer<Boolean> done) implements Writing {}

  /**
   * @param storage what the replica writes to
   * @param capacity how many reads, and how many writes, may be queued
   * @param byteCapacity how many bytes of states the writes that are not safe yet may hold
   * @param queues makes the queue of each thread, and what works it off
   * @param afterBatch run when all of a batch were called back
   */
  ReplicaPipeline(
      Replica replica,
      HashedStorage storage,
      int capacity,
      long byteCapacity,
      WorkQueue.Maker queues,
      Runnable afterBatch,
      MetricRegistry metrics) {
    this.replica = replica;
    this.storage = storage;
    this.byteCapacity = byteCapacity;
    this.afterBatch = afterBatch;
    this.writes = queues.make("replica-writes", capacity, BATCH, this::write);
    this.reads =
        new ReplicaReads(
            replica,
            storage,
            unsafeKeys,
            (result, done) -> writes.offer(new UnsafeRead(result, done)),
            capacity,
            queues,
            afterBatch,
            metrics);
    this.applyTime = Distributions.timer(metrics, "storage.write-batch-time");
    this.hardenTime = Distributions.timer(metrics, "storage.harden-time");
    this.batchSizes = Distributions.histogram(metrics, "storage.write-batch-size");
    metrics.gauge("storage.write-queue", () -> writes::depth);
    metrics.gauge("storage.write-queue-bytes", () -> queuedBytes::get);
  }

  void start() {
    reads.start();
    writes.start();
  }

  @Override
  public boolean read(Key key, Consumer<ReadResult> done) {
    return reads.read(key, done);
  }

  @Override
  public boolean readSome(List<Key> keys, long mostBytes, Consumer<List<ReadResult>> done) {
    return reads.readSome(keys, mostBytes, done);
  }

  @Override
  public boolean hints(
      MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done) {
    return reads.hints(holder, after, limit, done);
  }

  @Override
  public boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done) {
    return reads.rebuild(firstLeaf, beforeLeaf, done);
  }

  @Override
  public boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done) {
    return reads.keys(query, done);
  }

  @Override
  public boolean settle(Consumer<Boolean> done) {
    return writes.offer(new PendingSettling(done));
  }

  @Override
  public HashTree tree() {
    return storage.tree();
  }

  @Override
  public Map<MemberId, Long> hintCounts() {
    return replica.hintCounts();
  }

  @Override
  public boolean write(ReplicaWrite write, Consumer<WriteProgress> done) {
    long bytes = sizeOf(write);
    if (queuedBytes.addAndGet(bytes) > byteCapacity && queuedBytes.get() > bytes) {
      queuedBytes.addAndGet(-bytes);
      return false;
    }
    boolean accepted = writes.offer(new PendingWrite(write, bytes, done));
    if (!accepted) {
      queuedBytes.addAndGet(-bytes);
    }
    return accepted;
  }

  private static long sizeOf(ReplicaWrite write) {
    byte[] bytes = null;
    if (write instanceof ReplicaWrite.Merge merge) {
      bytes = merge.state();
    } else if (write instanceof ReplicaWrite.StandIn standIn) {
      bytes = standIn.state();
    } else if (write instanceof ReplicaWrite.Coordinate coordinate) {
      bytes = coordinate.value();
    }
    return write.key().bytes().length + (bytes == null ? 0 : bytes.length);
  }

  /** Whether one of its threads works nothing off any more. */
  boolean hasEnded() {
    return reads.hasEnded() || writes.hasEnded();
  }

  /** Waits until all that was asked before is answered. */
  void drain() {
    reads.drain();
    writes.drain();
  }

  /** Finishes what is queued; nobody may be asking any more. */
  @Override
  public void close() {
    reads.close();
    writes.close();
  }

  private Runnable write(List<Writing> batch) {
    List<PendingWrite> pending = new ArrayList<>(batch.size());
    for (Writing writing : batch) {
      if (writing instanceof PendingWrite write) {
        pending.add(write);
      }
    }
    List<WriteResult> results;
    try {
      results = apply(pending);
    } catch (RuntimeException | Error e) {
      answer(batch, pending, uncertain(pending), false);
      throw e;
    }
    tellApplied(pending, results);
    return () -> hardenAndAnswer(batch, pending, results);
  }

  /** What this node coordinates is sent to others while it is being forced to the disk here. */
  private void tellApplied(List<PendingWrite> pending, List<WriteResult> results) {
    boolean told = false;
    for (int i = 0; i < pending.size(); i++) {
      if (pending.get(i).write instanceof ReplicaWrite.Coordinate
          && results.get(i) instanceof WriteResult.Stored stored) {
        tell(pending.get(i).done, new WriteProgress.Applied(stored));
        told = true;
      }
    }
    if (told) {
      Faults.runSurviving(LOG, "what follows a batch", afterBatch);
    }
  }

  /** Whatever the fault, nobody is left to wait, and no bytes stay counted. */
  private void hardenAndAnswer(
      List<Writing> batch, List<PendingWrite> pending, List<WriteResult> results) {
    boolean safe = false;
    try {
      safe = harden();
    } finally {
      answer(batch, pending, results, safe);
    }
  }

  private static List<WriteResult> uncertain(List<PendingWrite> pending) {
    return Collections.nCopies(pending.size(), new WriteResult.Uncertain());
  }

  private void answer(
      List<Writing> batch, List<PendingWrite> pending, List<WriteResult> results, boolean safe) {
    for (int i = 0; i < pending.size(); i++) {
      finish(pending.get(i), results.get(i), safe);
    }
    for (Writing writing : batch) {
      if (writing instanceof UnsafeRead read) {
        // What was read may be outdated by now, but it is safe.
        tell(read.done, safe ? read.result : new ReadResult.Failed());
      } else if (writing instanceof PendingSettling settling) {
        tell(settling.done, safe);
      }
    }
    afterBatch.run();
  }

  private List<WriteResult> apply(List<PendingWrite> pending) {
    if (pending.isEmpty()) {
      return List.of();
    }
    batchSizes.update(pending.size());
    for (PendingWrite write : pending) {
      if (write.write.changesState()) {
        unsafeKeys.add(write.write.key());
      }
    }
    try (Timer.Context ignored = applyTime.time()) {
      return replica.apply(pending.stream().map(PendingWrite::write).toList());
    } catch (RuntimeException e) {
      LOG.error("a bug: {} writes could not be applied", pending.size(), e);
      return uncertain(pending);
    }
  }

  /** A refused write has stored nothing, so there is nothing about it that a disk could forget. */
  private void finish(PendingWrite pending, WriteResult result, boolean safe) {
    boolean decided =
        result instanceof WriteResult.Refused || safe && !(result instanceof WriteResult.Uncertain);
    if (decided && pending.write.changesState()) {
      unsafeKeys.remove(pending.write.key());
    }
    queuedBytes.addAndGet(-pending.bytes);
    tell(pending.done, decided ? new WriteProgress.Decided(result) : new WriteProgress.Uncertain());
  }

  private boolean harden() {
    try (Timer.Context ignored = hardenTime.time()) {
      replica.harden();
      return true;
    } catch (StorageException e) {
      replica.faults().couldNot("make writes safe", e);
      return false;
    } catch (RuntimeException e) {
      LOG.error("a bug: writes could not be made safe", e);
      return false;
    }
  }

  /** What others make of the news must not keep the batch from being forced and answered. */
  private static <R> void tell(Consumer<R> done, R result) {
    Faults.runSurviving(LOG, "a call-back", () -> done.accept(result));
  }
}
