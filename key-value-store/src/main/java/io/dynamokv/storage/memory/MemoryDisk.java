package io.dynamokv.storage.memory;

import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.StorageException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A disk made of memory, which outlives the storages opened on it, so that a simulation can crash a
 * node and start it again. Thread-safe; has no threads, clocks or randomness of its own.
 *
 * <p>It keeps no more than the storage port promises: of what was written, a crash leaves what was
 * hardened, and of that, only what the durability says that it survives. Meta records survive every
 * crash.
 */
public final class MemoryDisk {
  private final DiskMap<Key, byte[]> states = new DiskMap<>();
  private final DiskMap<MemoryHints.Owed, Hint> hints = new DiskMap<>();
  private final Map<String, byte[]> meta = new HashMap<>();
  private @Nullable MemoryStorage open;
  private volatile @Nullable String failure;

  /**
   * Opens what is on the disk.
   *
   * @param maxBytes how much the storage holds before it refuses writes
   * @throws StorageException if it is open already
   */
  public synchronized MemoryStorage open(Durability durability, long maxBytes) {
    if (open != null) {
      throw new StorageException("the disk is in use by another storage");
    }
    MemoryStorage storage =
        new MemoryStorage(this, durability, maxBytes, states.content(), hints.content());
    open = storage;
    return storage;
  }

  /** The process dies: what was not hardened is lost, or all, with {@link Durability#NONE}. */
  public synchronized void crashProcess() {
    if (open != null) {
      open.die();
      open = null;
    }
  }

  /** The machine dies: only what was forced to the disk, or closed cleanly, is left. */
  public synchronized void crashMachine() {
    crashProcess();
    states.crash();
    hints.crash();
  }

  /** The process dies and its disk is replaced by an empty one. */
  public synchronized void wipe() {
    crashMachine();
    states.wipe();
    hints.wipe();
    meta.clear();
  }

  /** What is on a disk at one moment. */
  public static final class Backup {
    private final Map<Key, byte[]> states;
    private final Map<MemoryHints.Owed, Hint> hints;
    private final Map<String, byte[]> meta;

    private Backup(MemoryDisk disk) {
      this.states = disk.states.backUp();
      this.hints = disk.hints.backUp();
      this.meta = new HashMap<>(disk.meta);
    }
  }

  /** Copies what the disk would keep if the machine died now. */
  public synchronized Backup backUp() {
    return new Backup(this);
  }

  /** The process dies and its disk is replaced by one that holds what was copied before. */
  public synchronized void restore(Backup backup) {
    wipe();
    states.restore(backup.states);
    hints.restore(backup.hints);
    meta.putAll(backup.meta);
  }

  /** Every write, harden and meta write fails from now on; reads go on. */
  public void failWrites(String reason) {
    failure = reason;
  }

  /** Ends {@link #failWrites}. */
  public void repair() {
    failure = null;
  }

  @Nullable String failure() {
    return failure;
  }

  void requireWorking() {
    String reason = failure;
    if (reason != null) {
      throw StorageException.refusal(reason);
    }
  }

  synchronized void handOver(MemoryStorage from, Unsafe unsafe) {
    requireOpen(from);
    states.handOver(unsafe.states);
    hints.handOver(unsafe.hints);
  }

  synchronized void force(MemoryStorage from, Unsafe unsafe) {
    requireOpen(from);
    states.force(unsafe.states);
    hints.force(unsafe.hints);
  }

  /** What was written and not hardened; null of what was removed. */
  record Unsafe(Map<Key, byte @Nullable []> states, Map<MemoryHints.Owed, @Nullable Hint> hints) {}

  synchronized byte @Nullable [] readMeta(String name) {
    return meta.get(name);
  }

  synchronized void writeMeta(MemoryStorage from, String name, byte[] value) {
    requireOpen(from);
    meta.put(name, value.clone());
  }

  synchronized void closed(MemoryStorage storage) {
    if (open == storage) {
      open = null;
    }
  }

  /** A storage that crashed must not reach the disk that its successor has. */
  private void requireOpen(MemoryStorage storage) {
    if (open != storage) {
      throw StorageException.refusal("the storage is no longer open");
    }
  }
}
