package io.dynamokv.node;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.LockFreeExponentiallyDecayingReservoir;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.dynamokv.replica.Replica;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that work on this node's copy, so that no other has to wait for the disk.
 * Thread-safe.
 *
 * <p>Writes go through two stages: one thread applies whatever has queued up, as one transaction;
 * the next makes whatever was applied meanwhile safe, with one forced write to the disk. While the
 * disk is busy with one group the next is already being applied. Nobody is called back between the
 * stages, and a read that meets a key between them is answered after the second. Where a write need
 * not be forced to the disk, the first thread does both.
 */
final class ReplicaPipeline implements LocalReplica, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaPipeline.class);
  private static final int BATCH = 256;

  private final Replica replica;
  private final boolean hardensApart;
  private final WorkQueue<PendingRead> reads;
  private final WorkQueue<PendingWrite> writes;
  private final WorkQueue<Group> hardening;
  private final UnsafeKeys unsafeKeys = new UnsafeKeys();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final long byteCapacity;
  private final Timer readTime;
  private final Timer applyTime;
  private final Timer hardenTime;
  private final Histogram batchSizes;

  private record PendingRead(Key key, Consumer<ReadResult> done) {}

  private record UnsafeRead(ReadResult result, Consumer<ReadResult> done) {}

  private record PendingWrite(ReplicaWrite write, long bytes, Consumer<WriteDone> done) {}

  private record AppliedWrite(PendingWrite pending, WriteResult result) {}

  /** What waits to be made safe: writes, or a read that has met one. */
  private record Group(List<AppliedWrite> writes, @Nullable UnsafeRead read) {}

  /**
   * @param capacity how many reads, and how many writes, may be queued
   * @param byteCapacity how many bytes of states the writes that are not safe yet may hold
   * @param queues makes the queue of each stage, and what works it off
   */
  ReplicaPipeline(
      Replica replica,
      Durability durability,
      int capacity,
      long byteCapacity,
      WorkQueue.Maker queues,
      MetricRegistry metrics) {
    this.replica = replica;
    this.byteCapacity = byteCapacity;
    this.hardensApart = durability == Durability.SYNC;
    this.reads = queues.make("replica-reads", capacity, BATCH, this::read);
    this.writes = queues.make("replica-writes", capacity, BATCH, this::apply);
    this.hardening = queues.make("replica-hardening", BATCH, BATCH, this::harden);
    this.readTime = timer(metrics, "storage.read-batch-time");
    this.applyTime = timer(metrics, "storage.write-batch-time");
    this.hardenTime = timer(metrics, "storage.harden-time");
    this.batchSizes =
        metrics.histogram(
            "storage.write-batch-size",
            () -> new Histogram(LockFreeExponentiallyDecayingReservoir.builder().build()));
    metrics.gauge("storage.read-queue", () -> reads::depth);
    metrics.gauge("storage.write-queue", () -> writes::depth);
    metrics.gauge("storage.harden-queue", () -> hardening::depth);
    metrics.gauge("storage.write-queue-bytes", () -> queuedBytes::get);
  }

  void start() {
    reads.start();
    writes.start();
    hardening.start();
  }

  @Override
  public boolean read(Key key, Consumer<ReadResult> done) {
    return reads.offer(new PendingRead(key, done));
  }

  @Override
  public boolean write(ReplicaWrite write, Consumer<WriteDone> done) {
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
    byte[] bytes =
        write instanceof ReplicaWrite.Merge merge
            ? merge.state()
            : ((ReplicaWrite.Coordinate) write).value();
    return write.key().bytes().length + (bytes == null ? 0 : bytes.length);
  }

  /** Whether one of its stages works nothing off any more. */
  boolean hasEnded() {
    return reads.hasEnded() || writes.hasEnded() || hardening.hasEnded();
  }

  /** Finishes what is queued; nobody may be asking any more. */
  @Override
  public void close() {
    reads.close();
    writes.close();
    hardening.close();
  }

  private void read(List<PendingRead> batch) {
    try (Timer.Context ignored = readTime.time()) {
      batch.forEach(this::read);
    }
  }

  private void read(PendingRead pending) {
    ReadResult result = read(pending.key);
    if (!unsafeKeys.contains(pending.key)) {
      tell(pending.done, result);
    } else if (!hardening.offer(new Group(List.of(), new UnsafeRead(result, pending.done)))) {
      tell(pending.done, new ReadResult.Failed());
    }
  }

  private ReadResult read(Key key) {
    try {
      return new ReadResult.Read(replica.read(key));
    } catch (StorageException e) {
      LOG.warn("could not read {}: {}", key, e.getMessage());
      return new ReadResult.Failed();
    }
  }

  private void apply(List<PendingWrite> batch) {
    batchSizes.update(batch.size());
    batch.forEach(pending -> unsafeKeys.add(pending.write.key()));
    try (Timer.Context ignored = applyTime.time()) {
      passOn(applied(batch, replica.apply(batch.stream().map(PendingWrite::write).toList())));
    } catch (RuntimeException e) {
      LOG.error("a bug: {} writes could not be applied", batch.size(), e);
      batch.forEach(pending -> finish(pending, new WriteDone.Uncertain()));
    }
  }

  private static Group applied(List<PendingWrite> batch, List<WriteResult> results) {
    List<AppliedWrite> applied = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      applied.add(new AppliedWrite(batch.get(i), results.get(i)));
    }
    return new Group(applied, null);
  }

  private void passOn(Group group) {
    if (!hardensApart) {
      harden(List.of(group));
    } else if (!hardening.put(group)) {
      group.writes.forEach(write -> finish(write.pending, new WriteDone.Uncertain()));
    }
  }

  private void harden(List<Group> groups) {
    boolean safe = harden();
    for (Group group : groups) {
      group.writes.forEach(write -> finish(write, safe));
      if (group.read != null) {
        finish(group.read, safe);
      }
    }
  }

  /** A refused write has stored nothing, so there is nothing about it that a disk could forget. */
  private void finish(AppliedWrite write, boolean safe) {
    boolean decided =
        write.result instanceof WriteResult.Refused
            || safe && !(write.result instanceof WriteResult.Uncertain);
    if (decided) {
      unsafeKeys.remove(write.pending.write.key());
    }
    finish(
        write.pending, decided ? new WriteDone.Decided(write.result) : new WriteDone.Uncertain());
  }

  private void finish(PendingWrite pending, WriteDone done) {
    queuedBytes.addAndGet(-pending.bytes);
    tell(pending.done, done);
  }

  /** What was read may be outdated by now, but it is safe. */
  private void finish(UnsafeRead read, boolean safe) {
    tell(read.done, safe ? read.result : new ReadResult.Failed());
  }

  private boolean harden() {
    try (Timer.Context ignored = hardenTime.time()) {
      replica.harden();
      return true;
    } catch (StorageException e) {
      LOG.error("could not make writes safe: {}", e.getMessage());
      return false;
    } catch (RuntimeException e) {
      LOG.error("a bug: writes could not be made safe", e);
      return false;
    }
  }

  private static <R> void tell(Consumer<R> done, R result) {
    try {
      done.accept(result);
    } catch (Throwable e) {
      Faults.survive(LOG, "a call-back", e);
    }
  }

  private static Timer timer(MetricRegistry metrics, String name) {
    return metrics.timer(
        name, () -> new Timer(LockFreeExponentiallyDecayingReservoir.builder().build()));
  }
}
