package io.dynamokv.simulation;

import static java.util.Objects.requireNonNull;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.StorageException;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.storage.memory.MemoryStorage;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A machine's disk, with all that a disk can do to whoever trusts it. */
final class SimulatedDisk {
  private static final long CAPACITY_BYTES = 64 << 20;

  private final World world;
  private final MemoryDisk disk = new MemoryDisk();
  private final WatchedStorage.Moods moods = new WatchedStorage.Moods();
  private boolean slow;
  private MemoryDisk.@Nullable Backup backup;
  private int collectionsAtBackup;
  private @Nullable MemoryStorage storage;
  private @Nullable WatchedStorage watched;

  SimulatedDisk(World world) {
    this.world = world;
    this.moods.conflictRate = world.chance.happens(0.3) ? 0.05 : 0;
  }

  /**
   * Opens what is on the disk.
   *
   * @throws StorageException if the disk does not let it
   */
  WatchedStorage open(WatchedStorage.Watcher watcher) {
    MemoryStorage opened = disk.open(world.scenario.durability(), CAPACITY_BYTES);
    WatchedStorage watchedStorage = new WatchedStorage(opened, world.chance, moods, watcher);
    storage = opened;
    watched = watchedStorage;
    return watchedStorage;
  }

  /** What is on the disk of a key, whatever mood the disk is in. */
  KeyState read(Key key) {
    byte[] state = storage == null ? null : storage.read(key);
    return state == null ? KeyState.EMPTY : StateCodec.decode(state);
  }

  /** How many hints there are on the disk for each holder that has any. */
  Map<MemberId, Long> owed() {
    return storage == null ? Map.of() : storage.hints().counts();
  }

  boolean owes() {
    return !owed().isEmpty();
  }

  /** The process that has it open dies. Returns whether this may have lost what was hardened. */
  boolean crashProcess() {
    leaveToLuck();
    disk.crashProcess();
    return world.scenario.durability() == Durability.NONE;
  }

  /** The machine dies. Returns whether this may have lost what was hardened. */
  boolean crashMachine() {
    leaveToLuck();
    disk.crashMachine();
    return world.scenario.durability() != Durability.SYNC;
  }

  /** The disk is replaced by an empty one. */
  void lose() {
    leaveToLuck();
    disk.wipe();
  }

  boolean isBackedUp() {
    return backup != null;
  }

  void backUp() {
    backup = disk.backUp();
    collectionsAtBackup = world.collections();
  }

  /** Whether tombstones were removed since: what they had deleted would come back. */
  boolean isBackupTooOld() {
    return collectionsAtBackup != world.collections();
  }

  /** The disk is replaced by one that holds what was backed up. */
  void restore(Parts parts) {
    leaveToLuck();
    disk.restore(requireNonNull(backup));
    try (MemoryStorage restored = disk.open(Durability.SYNC, CAPACITY_BYTES)) {
      disk.repair();
      parts.renew(restored, world.chance);
    }
  }

  /** What was not hardened when the process dies is lost, or reaches the disk all the same. */
  private void leaveToLuck() {
    MemoryStorage opened = storage;
    if (opened == null || watched == null || !watched.isDirty()) {
      return;
    }
    storage = null;
    if (opened.failure() == null && world.chance.happens(0.3)) {
      opened.harden();
      world.met(Situation.UNHARDENED_WRITES_SURVIVED);
    } else {
      world.met(Situation.CRASH_BEFORE_HARDENING);
    }
  }

  boolean isSlow() {
    return slow;
  }

  void setSlow(boolean isSlow) {
    slow = isSlow;
  }

  void setReadsFail(boolean fail) {
    moods.readsFail = fail;
  }

  void setWritesUnsure(boolean unsure) {
    moods.writesUnsure = unsure;
  }

  void setWritesFail(boolean fail) {
    if (fail) {
      disk.failWrites("the disk is broken");
    } else {
      disk.repair();
    }
  }

  /** How often the process dies while it hardens, 0 to 1. */
  void setCrashRate(double rate) {
    moods.crashRate = rate;
  }

  /** Nothing is wrong any more. */
  void mend() {
    setSlow(false);
    setReadsFail(false);
    setWritesUnsure(false);
    setWritesFail(false);
    setCrashRate(0);
  }
}
