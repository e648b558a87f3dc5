package io.dynamokv.replica;

import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * Who this node is, as its data folder remembers it: a random id, the incarnation, and the counter
 * that numbers what it writes. Thread-safe.
 *
 * <p>Invariant: no (node id, incarnation, counter) is handed out twice, whatever crashes happen in
 * between. Counters come from blocks that are reserved on the medium before their first use, and go
 * on behind the reserved ones after a restart.
 *
 * <p>That alone would do for uniqueness. The incarnation is about memory: a clock entry (node,
 * incarnation, counter) says that everything up to the counter was seen, so a node that may have
 * lost some of its own writes must not go on with the clock that covers them. Writes are sent to
 * others while they are being forced to the disk, so after a crash the others may have some that
 * this node has not, whatever the durability. Only a clean close proves that nothing is missing.
 *
 * <p>Limit: a copy of a data folder can not be told from the folder itself. It must not be started
 * as a node of the same cluster before it was given an identity of its own ({@link #renew}).
 */
public final class Identity {
  /** How many counters are reserved at a time. */
  public static final long BLOCK = 1L << 20;

  private static final int DRAWS = 8;
  private static final long CLOSED = Long.MIN_VALUE;

  private final Storage storage;
  private final long block;
  private final long nodeId;
  private final AtomicLong next;
  private volatile IdentityRecord record;
  private volatile long reservedBelow;

  private Identity(Storage storage, long block, long next, IdentityRecord record) {
    this.storage = storage;
    this.block = block;
    this.nodeId = record.nodeId();
    this.next = new AtomicLong(next);
    this.record = record;
    this.reservedBelow = record.reservedBelow();
  }

  /**
   * Reads who this node is, or decides it, and begins a run.
   *
   * @param random gives the id of a new node
   * @throws StorageException if the record of it is corrupt, or the medium fails
   */
  public static Identity open(Storage storage, LongSupplier random) {
    return open(storage, random, BLOCK);
  }

  static Identity open(Storage storage, LongSupplier random, long block) {
    IdentityRecord last = IdentityRecord.read(storage);
    if (last == null) {
      last = IdentityRecord.first(draw(random));
    }
    IdentityRecord current = last.nextRun(block);
    current.write(storage);
    return new Identity(storage, block, last.reservedBelow(), current);
  }

  /**
   * Makes whoever opens the folder next another node, in the clocks of keys, than all who had it
   * before. To be done to what is a copy, such as a restored backup: the original may have given
   * out dots that the copy knows nothing of.
   *
   * @throws StorageException if the medium fails
   */
  public static void renew(Storage storage, LongSupplier random) {
    IdentityRecord.first(draw(random)).write(storage);
  }

  /** Random, never 0, and the data folder's own: a lost disk is a new node. */
  public long nodeId() {
    return nodeId;
  }

  /** From 1 up; a new one after any run that was not closed cleanly. */
  public int incarnation() {
    return record.incarnation();
  }

  /**
   * Begins another incarnation: this node no longer knows all that it has written.
   *
   * @throws StorageException if the medium fails; it is the same incarnation then
   */
  public synchronized void beginIncarnation() {
    requireRunning(!record.closed());
    IdentityRecord next = record.nextIncarnation();
    next.write(storage);
    record = next;
  }

  /**
   * A counter that was never handed out before in this incarnation, higher than all that were.
   *
   * @throws StorageException if a block of counters had to be reserved, and the medium failed
   * @throws IllegalStateException after {@link #closeCleanly}
   */
  public long nextCounter() {
    long counter = next.getAndIncrement();
    requireRunning(counter >= 0);
    if (counter >= reservedBelow) {
      reserveBeyond(counter);
    }
    return counter;
  }

  /**
   * Leaves the proof that nothing is lost. To be called when nobody writes any more, and before the
   * storage is closed; it hardens what was written. A second call does nothing.
   *
   * @throws StorageException if the medium fails; the next start is then one after a crash
   */
  public synchronized void closeCleanly() {
    if (next.getAndSet(CLOSED) < 0) {
      return;
    }
    storage.harden();
    // Writing a meta record also forces all that was written before it, at any durability.
    record = record.asClosed();
    record.write(storage);
  }

  private static void requireRunning(boolean running) {
    if (!running) {
      throw new IllegalStateException("no counters are handed out after a clean close");
    }
  }

  private synchronized void reserveBeyond(long counter) {
    while (counter >= reservedBelow) {
      requireRunning(!record.closed());
      IdentityRecord longer = record.reserving(block);
      longer.write(storage);
      record = longer;
      reservedBelow = longer.reservedBelow();
    }
  }

  private static long draw(LongSupplier random) {
    return LongStream.generate(random)
        .limit(DRAWS)
        .filter(id -> id != 0)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the random source gives nothing but zeros"));
  }
}
