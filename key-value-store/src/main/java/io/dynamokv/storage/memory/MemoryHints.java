package io.dynamokv.storage.memory;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.HintCounts;
import io.dynamokv.storage.Hints;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The hints of a {@link MemoryStorage}. Thread-safe; writers take turns with the storage's. */
final class MemoryHints implements Hints {
  private final MemoryStorage storage;
  private final Map<MemberId, TreeMap<Key, Hint>> hints = new HashMap<>();
  private final HintCounts counts = new HintCounts();

  /** What has become of hints; null of those that were removed. */
  final Map<Owed, @Nullable Hint> notHardened = new HashMap<>();

  /** Who is owed what. */
  record Owed(MemberId holder, Key key) {}

  MemoryHints(MemoryStorage storage, Map<Owed, Hint> content) {
    this.storage = storage;
    content.values().forEach(this::put);
    notHardened.clear();
  }

  @Override
  public void add(List<Hint> added) {
    synchronized (storage) {
      storage.requireWritable();
      added.forEach(this::put);
    }
  }

  private void put(Hint hint) {
    TreeMap<Key, Hint> ofHolder = hints.computeIfAbsent(hint.holder(), id -> new TreeMap<>());
    Hint before = ofHolder.get(hint.key());
    Hint after = before == null ? hint : before.with(hint);
    if (!after.equals(before)) {
      ofHolder.put(hint.key(), after);
      counts.replaced(before, after);
      notHardened.put(new Owed(hint.holder(), hint.key()), after);
    }
  }

  @Override
  public void remove(List<Hint> removed) {
    synchronized (storage) {
      storage.requireWritable();
      for (Hint hint : removed) {
        TreeMap<Key, Hint> ofHolder = hints.get(hint.holder());
        Hint before = ofHolder == null ? null : ofHolder.remove(hint.key());
        if (before != null) {
          counts.replaced(before, null);
          notHardened.put(new Owed(hint.holder(), hint.key()), null);
        }
      }
    }
  }

  @Override
  public List<Hint> of(MemberId holder, @Nullable Key after, int limit) {
    synchronized (storage) {
      storage.requireUsable();
      TreeMap<Key, Hint> ofHolder = hints.getOrDefault(holder, new TreeMap<>());
      return (after == null ? ofHolder : ofHolder.tailMap(after, false))
          .values().stream().limit(limit).toList();
    }
  }

  @Override
  public @Nullable Hint find(MemberId holder, Key key) {
    synchronized (storage) {
      storage.requireUsable();
      return hints.getOrDefault(holder, new TreeMap<>()).get(key);
    }
  }

  @Override
  public List<MemberId> holdersOwed(Key key) {
    synchronized (storage) {
      storage.requireUsable();
      return hints.entrySet().stream()
          .filter(ofHolder -> ofHolder.getValue().containsKey(key))
          .map(Map.Entry::getKey)
          .sorted()
          .toList();
    }
  }

  @Override
  public Map<MemberId, Long> counts() {
    return counts.counts();
  }

  @Override
  public long bytes() {
    return counts.bytes();
  }
}
