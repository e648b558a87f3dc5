package io.dynamokv.storage;

import io.dynamokv.ring.Key;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node's data: for every key an opaque, non-empty state. Keys are ordered by position, so a
 * partition is a contiguous range. Thread-safe. Every method but {@link #close} throws {@link
 * StorageException} when the medium fails.
 *
 * <p>Writing has two steps, so that many writes can share one wait for the disk: what {@link
 * #compareAndWrite} stored is visible at once, and as safe as the configured {@link Durability}
 * promises when a later {@link #harden} returns. Nobody may be told that a write is stored before
 * that, nor may anybody rely on it.
 */
public interface Storage extends AutoCloseable {
  /**
   * The state last written under a key, or null; never one whose write was then given up. Waits for
   * no flush, only for a transaction that is writing the key.
   */
  byte @Nullable [] read(Key key);

  /**
   * Writes, or removes, as the changes say whose expectation holds, all in one transaction.
   *
   * @param changes distinct keys, in any order
   * @return the changes that were not written because the key's state was not the expected one
   * @throws StorageException if the medium fails; unless it is a {@link
   *     StorageException#isRefusal() refusal}, the changes may have been written, or not
   * @throws IllegalArgumentException if a key comes twice
   */
  List<Change> compareAndWrite(List<Change> changes);

  /** Makes every write that returned before this call as safe as the configured durability says. */
  void harden();

  /**
   * Shows every key between two positions (unsigned, both included), in order, as it is when the
   * scan comes past it, be it by a write that is then given up: whoever means to act on a state
   * reads it. The visitor may read and write meanwhile.
   *
   * @throws IllegalArgumentException if the first position is beyond the last
   */
  void scan(long firstPosition, long lastPosition, Visitor visitor);

  /** Roughly how many keys there are. */
  long approximateCount();

  /** What this node owes to others; hardened together with the states. */
  Hints hints();

  /** A small record about this data folder itself, or null. */
  byte @Nullable [] readMeta(String name);

  /**
   * Writes such a record; on return it is on the medium, and so is every write that returned before
   * this call, whatever the configured durability.
   */
  void writeMeta(String name, byte[] value);

  /** Why writes are refused at present (a full or failing disk), or null while they are not. */
  @Nullable String failure();

  /**
   * Copies what is stored, as it is at one moment during the call, to a folder that does not exist
   * yet. Writes go on meanwhile.
   *
   * @throws StorageException if the engine has no backups, the folder can not be used or the disk
   *     has too little room; there is no such folder then
   */
  void backUp(Path folder);

  /** Hardens what was written and lets go of the medium. A second call does nothing. */
  @Override
  void close();

  /**
   * One compare-and-write.
   *
   * @param expected the state that the key must have, or null if it must have none
   * @param next the new state, not empty; or null, and the key is removed
   */
  record Change(Key key, byte @Nullable [] expected, byte @Nullable [] next) {
    /**
     * @throws IllegalArgumentException if the new state is empty, or a key is removed that must not
     *     be there
     */
    public Change(Key key, byte @Nullable [] expected, byte @Nullable [] next) {
      if (next != null && next.length == 0) {
        throw new IllegalArgumentException("the new state of " + key + " is empty");
      }
      if (next == null && expected == null) {
        throw new IllegalArgumentException("there is nothing to remove of " + key);
      }
      this.key = key;
      this.expected = expected;
      this.next = next;
    }
  }

  /** Sees the keys of a scan one by one. */
  interface Visitor {
    /** Returns false to end the scan. */
    boolean visit(Key key, byte[] state);
  }
}
