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
   * The keys that are wanted, with the hashes of their states, in order. If there are many, or
   * large ones, what is behind some position is left out.
   */
  public KeyHashes keys(KeyQuery query) {
    Page page = new Page(query);
    scan(query.firstPosition(), query.lastPosition(), page);
    return new KeyHashes(page.entries, page.isCut ? page.position : query.lastPosition());
  }

  /** What a scan has come past. */
  private static final class Page implements Visitor {
    private final List<KeyHashes.Entry> entries = new ArrayList<>();
    private final KeyQuery query;
    private int keys;
    private long bytes;
    private long position;
    private boolean isCut;

    Page(KeyQuery query) {
      this.query = query;
    }

    @Override
    public boolean visit(Key key, byte[] state) {
      boolean isEnough = keys >= query.limit() || bytes >= MAX_BYTES_SCANNED;
      if (isEnough && key.position() != position || keys >= 2 * query.limit()) {
        isCut = true;
        return false;
      }
      keys++;
      bytes += state.length;
      position = key.position();
      if (query.wants(state)) {
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
