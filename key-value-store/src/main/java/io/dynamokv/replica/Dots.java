package io.dynamokv.replica;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.Partitions;
import io.dynamokv.storage.Storage;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import java.util.BitSet;
import java.util.Collection;
import java.util.function.Predicate;

/**
 * Gives out this node's dots. Thread-safe.
 *
 * <p>A clock entry of this node covers all dots of the same incarnation with lower counters. What
 * this node coordinates is a chain for each key, since it refuses a writer who has not seen all
 * that it holds. A key whose state it has dropped begins a new chain, so it needs a new incarnation
 * if it was dropped in this one. Partitions of which something was dropped are remembered with the
 * data, before it is dropped.
 */
public final class Dots implements DotSource {
  private static final String RECORD = "forgotten-partitions";

  private final Identity identity;
  private final Storage storage;
  private final Partitions partitions;
  private final Predicate<Key> mayWrite;
  private final BitSet forgotten;

  /**
   * @param mayWrite whether this node holds a key at present
   * @throws io.dynamokv.storage.StorageException if the medium fails
   */
  public Dots(Identity identity, Storage storage, Partitions partitions, Predicate<Key> mayWrite) {
    this.identity = identity;
    this.storage = storage;
    this.partitions = partitions;
    this.mayWrite = mayWrite;
    byte[] record = storage.readMeta(RECORD);
    this.forgotten = record == null ? new BitSet() : BitSet.valueOf(record);
  }

  @Override
  public boolean mayWrite(Key key) {
    return mayWrite.test(key);
  }

  @Override
  public synchronized Dot next(Key key) {
    if (forgotten.get(partitionOf(key))) {
      identity.beginIncarnation();
      forgotten.clear();
      storage.writeMeta(RECORD, new byte[0]);
    }
    return new Dot(new Actor(identity.nodeId(), identity.incarnation()), identity.nextCounter());
  }

  @Override
  public synchronized void forget(Collection<Key> keys) {
    BitSet more = (BitSet) forgotten.clone();
    keys.forEach(key -> more.set(partitionOf(key)));
    if (!more.equals(forgotten)) {
      storage.writeMeta(RECORD, more.toByteArray());
      forgotten.or(more);
    }
  }

  private int partitionOf(Key key) {
    return partitions.partitionOf(key.position());
  }
}
