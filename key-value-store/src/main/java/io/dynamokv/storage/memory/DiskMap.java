package io.dynamokv.storage.memory;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a disk of memory keeps of one kind: what was forced to it, and what the operating system
 * holds for it. Not thread-safe.
 */
final class DiskMap<K, V> {
  /** A crash of the machine loses it. Null of what was removed. */
  private final Map<K, @Nullable V> handedOver = new HashMap<>();

  private final Map<K, V> forced = new HashMap<>();

  /** What a process that opens the disk finds. */
  Map<K, V> content() {
    Map<K, V> content = new HashMap<>(forced);
    apply(handedOver, content);
    return content;
  }

  void handOver(Map<K, @Nullable V> written) {
    handedOver.putAll(written);
  }

  void force(Map<K, @Nullable V> written) {
    apply(handedOver, forced);
    apply(written, forced);
    handedOver.clear();
  }

  /** What a crash of the machine would leave. */
  Map<K, V> backUp() {
    return new HashMap<>(forced);
  }

  void restore(Map<K, V> backup) {
    wipe();
    forced.putAll(backup);
  }

  void crash() {
    handedOver.clear();
  }

  void wipe() {
    handedOver.clear();
    forced.clear();
  }

  private static <K, V> void apply(Map<K, @Nullable V> written, Map<K, V> content) {
    written.forEach(
        (key, value) -> {
          if (value == null) {
            content.remove(key);
          } else {
            content.put(key, value);
          }
        });
  }
}
