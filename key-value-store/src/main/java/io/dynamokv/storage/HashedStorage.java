package io.dynamokv.storage;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.Partitions;
import io.dynamokv.version.StateCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A storage that keeps the hashes of what it holds up to date. Thread-safe. */
public final class HashedStorage extends ForwardingStorage {
  /** How many bytes of states are read for their hashes in one go. */
  private static final long MAX_BYTES_SCANNED = 4L << 20;

  private final HashTree tree;

  public HashedStorage(Storage storage, Partitions partitions) {
    super(storage);
    this.tree = new HashTree(partitions);
  }

  /** The hashes of what is here. */
  public HashTree tree() {
    return tree;
  }

  /**
   * The keys between two positions (unsigned, both included) with the hashes of their states, in
   * order. If there are many, or large ones, what is behind some position is left out.
   *
   * @param limit about so many keys; twice as many if they have one position
   */
  public KeyHashes keysBetween(long firstPosition, long lastPosition, int limit) {
    List<KeyHashes.Entry> entries = new ArrayList<>();
    long[] bytes = {0};
    boolean[] isCut = {false};
    scan(
        firstPosition,
        lastPosition,
        (key, state) -> {
          boolean isEnough = entries.size() >= limit || bytes[0] >= MAX_BYTES_SCANNED;
          if (isEnough && isNewPosition(key, entries) || entries.size() >= 2 * limit) {
            isCut[0] = true;
            return false;
          }
          bytes[0] += state.length;
          entries.add(new KeyHashes.Entry(key, StateCodec.hash(state)));
          return true;
        });
    return new KeyHashes(
        entries, isCut[0] ? entries.get(entries.size() - 1).key().position() : lastPosition);
  }

  private static boolean isNewPosition(Key key, List<KeyHashes.Entry> entries) {
    return key.position() != entries.get(entries.size() - 1).key().position();
  }

  /**
   * Makes the hashes of some leaves anew; waits for the disk.
   *
   * @return how many keys they have
   */
  public int rebuild(int firstLeaf, int beforeLeaf) {
    HashTree.Rebuild rebuild = tree.rebuild(firstLeaf, beforeLeaf);
    scan(
        rebuild.firstPosition(),
        rebuild.lastPosition(),
        (key, state) -> {
          rebuild.add(key, state);
          return true;
        });
    return rebuild.end();
  }

  @Override
  public List<Change> compareAndWrite(List<Change> changes) {
    changes.forEach(change -> tree.begin(leafOf(change)));
    List<Change> conflicts;
    try {
      conflicts = super.compareAndWrite(changes);
    } catch (StorageException e) {
      changes.forEach(change -> endFailed(change, e.isRefusal()));
      throw e;
    } catch (RuntimeException | Error e) {
      changes.forEach(change -> endFailed(change, false));
      throw e;
    }
    Set<Key> notWritten = new HashSet<>();
    conflicts.forEach(change -> notWritten.add(change.key()));
    for (Change change : changes) {
      tree.end(leafOf(change), notWritten.contains(change.key()) ? 0 : difference(change));
    }
    return conflicts;
  }

  private void endFailed(Change change, boolean notWritten) {
    if (notWritten) {
      tree.end(leafOf(change), 0);
    } else {
      tree.endUnknown(leafOf(change));
    }
  }

  private int leafOf(Change change) {
    return tree.leafOf(change.key().position());
  }

  private static long difference(Change change) {
    return HashTree.hashOf(change.key(), change.expected())
        ^ HashTree.hashOf(change.key(), change.next());
  }
}
