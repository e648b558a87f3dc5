package io.dynamokv.storage;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.Partitions;
import io.dynamokv.version.StateCodec;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What a storage holds, in hashes: one for each leaf, a small range of the ring, and one for each
 * partition, made of its leaves. Two storages with the same hash hold the same there (but for one
 * chance in 2^64). Kept up to date by every write, without looking at anything but the key that is
 * written; made anew from a scan where that is not possible. In memory only. Thread-safe.
 *
 * <p>A leaf's hash is the exclusive or of its keys' hashes, so a key can be taken out of it and put
 * in again. A scan and the writes beside it do not wait for each other: a scan counts only if
 * nothing was written to the leaf from its beginning to its end.
 *
 * <p>Source: Merkle, <i>A Digital Signature Based on a Conventional Encryption Function</i> (CRYPTO
 * '87); DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 4.7. The tree has three levels: the
 * cluster's partitions, the leaves of each, the keys of a leaf.
 */
public final class HashTree {
  /** The most leaves in all: 2 MiB of hashes. */
  private static final int MAX_LEAF_BITS = 18;

  private static final int MAX_LEAF_BITS_OF_PARTITION = 8;

  private final Partitions partitions;
  private final int leafBits;
  private final long[] hashes;

  /** How often a leaf was written to. */
  private final int[] changes;

  /** How many writes to a leaf have begun and not ended. */
  private final short[] writing;

  private final BitSet known = new BitSet();

  public HashTree(Partitions partitions) {
    this.partitions = partitions;
    int partitionBits = Integer.numberOfTrailingZeros(partitions.count());
    int bitsOfPartition =
        Math.max(0, Math.min(MAX_LEAF_BITS_OF_PARTITION, MAX_LEAF_BITS - partitionBits));
    this.leafBits = partitionBits + bitsOfPartition;
    int leaves = 1 << leafBits;
    this.hashes = new long[leaves];
    this.changes = new int[leaves];
    this.writing = new short[leaves];
  }

  /** How many leaves each partition has. */
  public int leavesPerPartition() {
    return hashes.length / partitions.count();
  }

  /** How many leaves there are in all. */
  public int leaves() {
    return hashes.length;
  }

  /** The number of the leaf that a position belongs to, 0 to partitions x leaves - 1. */
  public int leafOf(long position) {
    return leafBits == 0 ? 0 : (int) (position >>> (64 - leafBits));
  }

  /** The partition that a leaf belongs to. */
  public int partitionOf(int leaf) {
    return leaf / leavesPerPartition();
  }

  /** The least position of a leaf, to be read as unsigned. */
  public long firstPosition(int leaf) {
    return leafBits == 0 ? 0 : (long) leaf << (64 - leafBits);
  }

  /** The greatest position of a leaf, to be read as unsigned. */
  public long lastPosition(int leaf) {
    return leafBits == 0 ? -1L : firstPosition(leaf) + (-1L >>> leafBits);
  }

  /** Whether all of a partition's leaves are known. */
  public synchronized boolean isKnown(int partition) {
    int first = firstLeaf(partition);
    return known.nextClearBit(first) >= first + leavesPerPartition();
  }

  /** The first leaf from this one on that is known, and is before another; or that other. */
  public synchronized int nextKnown(int fromLeaf, int beforeLeaf) {
    int next = known.nextSetBit(fromLeaf);
    return next < 0 ? beforeLeaf : Math.min(next, beforeLeaf);
  }

  /** The first leaf from this one on that is not known, and is before another; or that other. */
  public synchronized int nextUnknown(int fromLeaf, int beforeLeaf) {
    return Math.min(known.nextClearBit(fromLeaf), beforeLeaf);
  }

  public int firstLeaf(int partition) {
    return partition * leavesPerPartition();
  }

  /** The hash of a partition, or null while one of its leaves is not known. */
  public synchronized @Nullable Long hashOfPartition(int partition) {
    if (!isKnown(partition)) {
      return null;
    }
    long hash = 0;
    int first = firstLeaf(partition);
    for (int leaf = first; leaf < first + leavesPerPartition(); leaf++) {
      hash ^= hashes[leaf];
    }
    return hash;
  }

  /** The hash of a leaf, or null while it is not known. */
  public synchronized @Nullable Long hashOfLeaf(int leaf) {
    return known.get(leaf) ? hashes[leaf] : null;
  }

  /** 64 bits for a key with its state. */
  public static long hashOf(Key key, byte @Nullable [] state) {
    if (state == null) {
      return 0;
    }
    // The finalizer of SplitMix64 (Steele et al., OOPSLA 2014): each bit depends on all of both.
    long mixed = key.position() * 0x9E3779B97F4A7C15L + StateCodec.hash(state);
    mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }

  /** A key of this leaf is about to be written. */
  synchronized void begin(int leaf) {
    writing[leaf]++;
  }

  /** A write that had begun has ended, and made this difference; 0 if it was not done. */
  synchronized void end(int leaf, long difference) {
    writing[leaf]--;
    changes[leaf]++;
    hashes[leaf] ^= difference;
  }

  /** A write that had begun has ended, and nobody knows how. */
  synchronized void endUnknown(int leaf) {
    writing[leaf]--;
    changes[leaf]++;
    known.clear(leaf);
  }

  /** Begins to make some leaves anew, which are then to be scanned. */
  public synchronized Rebuild rebuild(int firstLeaf, int beforeLeaf) {
    int[] before = new int[beforeLeaf - firstLeaf];
    for (int i = 0; i < before.length; i++) {
      before[i] = writing[firstLeaf + i] > 0 ? -1 : changes[firstLeaf + i] & Integer.MAX_VALUE;
    }
    return new Rebuild(firstLeaf, before);
  }

  /** Some leaves while they are made anew. Not thread-safe. */
  public final class Rebuild {
    private final int firstLeaf;
    private final int[] changesBefore;
    private final long[] scanned;
    private int keys;

    private Rebuild(int firstLeaf, int[] changesBefore) {
      this.firstLeaf = firstLeaf;
      this.changesBefore = changesBefore;
      this.scanned = new long[changesBefore.length];
    }

    public long firstPosition() {
      return HashTree.this.firstPosition(firstLeaf);
    }

    public long lastPosition() {
      return HashTree.this.lastPosition(firstLeaf + scanned.length - 1);
    }

    /** The scan has come past this. */
    public void add(Key key, byte[] state) {
      keys++;
      scanned[leafOf(key.position()) - firstLeaf] ^= hashOf(key, state);
    }

    /**
     * The scan has ended; the leaves that were written to meanwhile are as unknown as before.
     *
     * @return how many keys it has come past
     */
    public int end() {
      synchronized (HashTree.this) {
        for (int i = 0; i < scanned.length; i++) {
          int leaf = firstLeaf + i;
          boolean still =
              writing[leaf] == 0 && changesBefore[i] == (changes[leaf] & Integer.MAX_VALUE);
          if (still) {
            hashes[leaf] = scanned[i];
            known.set(leaf);
          }
        }
      }
      return keys;
    }
  }
}
