package io.dynamokv.simulation;

import io.dynamokv.ring.Key;
import io.dynamokv.storage.ForwardingStorage;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node's storage, watched, and with what the port allows and the memory disk does not do: reads
 * that fail, writes of which nobody knows whether they were done, keys that somebody else changed
 * in between, and crashes in the middle.
 */
final class WatchedStorage extends ForwardingStorage {
  private final Chance chance;
  private final Moods moods;
  private final Watcher watcher;
  private boolean dirty;

  /** How a disk fares; it outlives the storages that are opened on it. */
  static final class Moods {
    boolean readsFail;
    boolean writesUnsure;
    double conflictRate;
    double crashRate;
  }

  /** Is told what happens. */
  interface Watcher {
    void onWritten(Change change);

    void onConflict();

    void onHardened();

    /** The process is about to die; nothing that it does from now on reaches anybody. */
    void onCrash();
  }

  WatchedStorage(Storage storage, Chance chance, Moods moods, Watcher watcher) {
    super(storage);
    this.chance = chance;
    this.moods = moods;
    this.watcher = watcher;
  }

  /** Whether anything was written that was not hardened. */
  boolean isDirty() {
    return dirty;
  }

  @Override
  public byte @Nullable [] read(Key key) {
    if (moods.readsFail) {
      throw new StorageException("the disk can not be read");
    }
    return super.read(key);
  }

  @Override
  public List<Change> compareAndWrite(List<Change> changes) {
    List<Change> wanted = new ArrayList<>(changes);
    List<Change> conflicts = new ArrayList<>();
    wanted.removeIf(change -> chance.happens(moods.conflictRate) && conflicts.add(change));
    conflicts.forEach(change -> watcher.onConflict());
    if (!moods.writesUnsure || chance.happens(0.5)) {
      conflicts.addAll(super.compareAndWrite(wanted));
      wanted.removeAll(conflicts);
      dirty |= !wanted.isEmpty();
      wanted.forEach(watcher::onWritten);
    }
    if (moods.writesUnsure && !changes.isEmpty()) {
      throw new StorageException("the disk does not say whether it wrote");
    }
    return conflicts;
  }

  @Override
  public void harden() {
    if (chance.happens(moods.crashRate)) {
      watcher.onCrash();
      throw new StorageException("the process is dying");
    }
    super.harden();
    dirty = false;
    watcher.onHardened();
    if (moods.writesUnsure && chance.happens(0.3)) {
      throw new StorageException("the disk does not say whether it hardened");
    }
  }
}
