package io.dynamokv.storage;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.Partitions;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.MalformedStateException;
import io.dynamokv.version.StateCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

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
    return keysBetween(firstPosition, lastPosition, limit, state -> true);
  }

  /**
   * Those of these keys that are deleted, and have been for some time.
   *
   * @param limit about so many keys are looked at
   * @param beforeMs the deletion's time is before this, in milliseconds since 1970
   */
  public KeyHashes deletedBetween(long firstPosition, long lastPosition, int limit, long beforeMs) {
    return keysBetween(firstPosition, lastPosition, limit, state -> isDeleted(state, beforeMs));
  }

  /** What can not be read is not known to be deleted. */
  private static boolean isDeleted(byte[] bytes, long beforeMs) {
    try {
      KeyState state = StateCodec.decode(bytes);
      return state.isDeleted() && state.clock().newestMs() < beforeMs;
    } catch (MalformedStateException e) {
      return false;
    }
  }

  private KeyHashes keysBetween(
      long firstPosition, long lastPosition, int limit, Predicate<byte[]> wanted) {
    Page page = new Page(limit, wanted);
    scan(firstPosition, lastPosition, page);
    return new KeyHashes(page.entries, page.isCut ? page.position : lastPosition);
  }

  /** What a scan has come past. */
  private static final class Page implements Visitor {
    private final List<KeyHashes.Entry> entries = new ArrayList<>();
    private final int limit;
    private final Predicate<byte[]> wanted;
    private int keys;
    private long bytes;
    private long position;
    private boolean isCut;

    Page(int limit, Predicate<byte[]> wanted) {
      this.limit = limit;
      this.wanted = wanted;
    }

    @Override
    public boolean visit(Key key, byte[] state) {
      boolean isEnough = keys >= limit || bytes >= MAX_BYTES_SCANNED;
      if (isEnough && key.position() != position || keys >= 2 * limit) {
        isCut = true;
        return false;
      }
      keys++;
      bytes += state.length;
      position = key.position();
      if (wanted.test(state)) {
        entries.add(new KeyHashes.Entry(key, StateCodec.hash(state)));
      }
      return true;
    }
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
