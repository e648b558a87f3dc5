package io.dynamokv.storage.memory;

import io.dynamokv.ring.Key;
import io.dynamokv.storage.Changes;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.Hints;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The storage port in memory, opened with {@link MemoryDisk#open}. Thread-safe: reads and scans
 * take no locks, writes take turns. Bounded: a group of writes that would make it hold more than
 * its limit is refused, and nothing of it is written.
 */
public final class MemoryStorage implements Storage {
  /** What an entry costs beside its bytes: map nodes, array headers, the key object. */
  static final int ENTRY_BYTES = 128;

  private final MemoryDisk disk;
  private final Durability durability;
  private final long maxBytes;
  private final ConcurrentNavigableMap<Place, byte[]> states = new ConcurrentSkipListMap<>();
  private final AtomicInteger count = new AtomicInteger();

  /** What has become of keys; null of those that were removed. */
  private final Map<Key, byte @Nullable []> notHardened = new HashMap<>();

  private final MemoryHints hints;
  private final MemoryDisk.Unsafe unsafe;
  private long bytes;
  private volatile @Nullable String full;
  private volatile @Nullable String ended;

  MemoryStorage(
      MemoryDisk disk,
      Durability durability,
      long maxBytes,
      Map<Key, byte[]> content,
      Map<MemoryHints.Owed, Hint> hintContent) {
    this.disk = disk;
    this.durability = durability;
    this.maxBytes = maxBytes;
    this.hints = new MemoryHints(this, hintContent);
    this.unsafe = new MemoryDisk.Unsafe(notHardened, hints.notHardened);
    for (Map.Entry<Key, byte[]> entry : content.entrySet()) {
      bytes += size(entry.getKey(), entry.getValue());
      store(entry.getKey(), entry.getValue());
    }
  }

  @Override
  public byte @Nullable [] read(Key key) {
    requireUsable();
    return copy(states.get(Place.of(key)));
  }

  @Override
  public synchronized List<Change> compareAndWrite(List<Change> changes) {
    requireWritable();
    List<Change> conflicts = new ArrayList<>(0);
    List<Change> matching = new ArrayList<>(changes.size());
    for (Change change : Changes.inOrder(changes)) {
      byte[] found = states.get(Place.of(change.key()));
      (Arrays.equals(found, change.expected()) ? matching : conflicts).add(change);
    }
    bytes = bytesWith(matching);
    for (Change change : matching) {
      byte[] state = copy(change.next());
      if (state == null) {
        remove(change.key());
      } else {
        store(change.key(), state);
      }
      notHardened.put(change.key(), state);
    }
    return conflicts;
  }

  @Override
  public synchronized void harden() {
    requireWritable();
    switch (durability) {
      case SYNC -> disk.force(this, unsafe);
      case WRITE -> disk.handOver(this, unsafe);
      case NONE -> {
        // Nothing is promised; what was written waits for a clean close.
        return;
      }
    }
    forgetUnsafe();
  }

  private void forgetUnsafe() {
    unsafe.states().clear();
    unsafe.hints().clear();
  }

  @Override
  public void scan(long firstPosition, long lastPosition, Visitor visitor) {
    requireUsable();
    if (Long.compareUnsigned(firstPosition, lastPosition) > 0) {
      throw new IllegalArgumentException(
          "the first position %x is beyond the last, %x".formatted(firstPosition, lastPosition));
    }
    for (Map.Entry<Place, byte[]> entry : states.tailMap(Place.first(firstPosition)).entrySet()) {
      Key key = entry.getKey().key;
      if (key == null || Long.compareUnsigned(key.position(), lastPosition) > 0) {
        return;
      }
      requireUsable();
      if (!visitor.visit(key, entry.getValue().clone())) {
        return;
      }
    }
  }

  @Override
  public long approximateCount() {
    requireUsable();
    return count.get();
  }

  @Override
  public void backUp(Path folder) {
    throw StorageException.refusal("the engine memory has nothing that could be backed up");
  }

  @Override
  public Hints hints() {
    return hints;
  }

  @Override
  public byte @Nullable [] readMeta(String name) {
    requireUsable();
    return copy(disk.readMeta(name));
  }

  @Override
  public synchronized void writeMeta(String name, byte[] value) {
    requireWritable();
    disk.force(this, unsafe);
    forgetUnsafe();
    disk.writeMeta(this, name, value);
  }

  /** As the port says; a full memory is reported from a refused write until one that fits. */
  @Override
  public @Nullable String failure() {
    String reason = ended;
    if (reason == null) {
      reason = disk.failure();
    }
    return reason != null ? reason : full;
  }

  @Override
  public synchronized void close() {
    if (ended != null) {
      return;
    }
    if (disk.failure() == null) {
      disk.force(this, unsafe);
    }
    ended = "the storage is closed";
    disk.closed(this);
  }

  /** The process that had this storage is no more. */
  void die() {
    ended = "the process crashed";
  }

  void requireWritable() {
    requireUsable();
    disk.requireWorking();
  }

  void requireUsable() {
    String reason = ended;
    if (reason != null) {
      throw StorageException.refusal(reason);
    }
  }

  private long bytesWith(List<Change> changes) {
    long wanted = bytes;
    for (Change change : changes) {
      byte[] expected = change.expected();
      byte[] next = change.next();
      wanted += next == null ? 0 : size(change.key(), next);
      wanted -= expected == null ? 0 : size(change.key(), expected);
    }
    if (wanted > maxBytes && wanted > bytes) {
      String reason = "the memory is full: %d of %d bytes are used".formatted(bytes, maxBytes);
      full = reason;
      throw StorageException.refusal(reason);
    }
    full = null;
    return wanted;
  }

  private void store(Key key, byte[] state) {
    if (states.put(Place.of(key), state) == null) {
      count.incrementAndGet();
    }
  }

  private void remove(Key key) {
    if (states.remove(Place.of(key)) != null) {
      count.decrementAndGet();
    }
  }

  private static long size(Key key, byte[] state) {
    return (long) ENTRY_BYTES + key.bytes().length + state.length;
  }

  private static byte @Nullable [] copy(byte @Nullable [] bytes) {
    return bytes == null ? null : bytes.clone();
  }

  /**
   * Where a key is among the others, or the beginning of a position, before all its keys.
   *
   * @param key null at the beginning
   */
  private record Place(long position, @Nullable Key key) implements Comparable<Place> {
    static Place of(Key key) {
      return new Place(key.position(), key);
    }

    static Place first(long position) {
      return new Place(position, null);
    }

    @Override
    public int compareTo(Place other) {
      int order = Long.compareUnsigned(position, other.position);
      if (order != 0) {
        return order;
      }
      if (key == null || other.key == null) {
        return Boolean.compare(key != null, other.key != null);
      }
      return key.compareTo(other.key);
    }
  }
}
