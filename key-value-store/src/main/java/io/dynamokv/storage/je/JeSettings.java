package io.dynamokv.storage.je;

import io.dynamokv.storage.Durability;
import java.nio.file.Path;

/**
 * What a node chooses about its JE storage.
 *
 * @param folder where the data is; created if it does not exist
 * @param partitions the cluster's number of partitions, a power of two
 * @param durability what a hardened write survives
 * @param cacheBytes how much of the heap JE may use; at least {@value #MIN_CACHE_BYTES}
 * @param minFreeDiskBytes writes are refused while less of the disk is free
 */
public record JeSettings(
    Path folder, int partitions, Durability durability, long cacheBytes, long minFreeDiskBytes) {
  /** JE needs room for its log buffers and for the upper levels of its trees. */
  public static final long MIN_CACHE_BYTES = 4L << 20;

  /** For a heap of 512 MiB and a million keys of 150 bytes: all keys, and half of the states. */
  public static final long DEFAULT_CACHE_BYTES = 128L << 20;

  /** Sixteen log files: enough for the cleaner to give space back. */
  public static final long DEFAULT_MIN_FREE_DISK_BYTES = 256L << 20;

  /**
   * @throws IllegalArgumentException if a number is out of its range
   */
  public JeSettings {
    if (Integer.bitCount(partitions) != 1 || partitions < 1) {
      throw new IllegalArgumentException("partitions must be a power of two: " + partitions);
    }
    if (cacheBytes < MIN_CACHE_BYTES) {
      throw new IllegalArgumentException(
          "the cache must have at least %d bytes: %d".formatted(MIN_CACHE_BYTES, cacheBytes));
    }
    if (minFreeDiskBytes < 0) {
      throw new IllegalArgumentException("free disk must not be negative: " + minFreeDiskBytes);
    }
  }

  /** The defaults, with every hardened write forced to the disk. */
  public static JeSettings defaults(Path folder, int partitions) {
    return new JeSettings(
        folder, partitions, Durability.SYNC, DEFAULT_CACHE_BYTES, DEFAULT_MIN_FREE_DISK_BYTES);
  }
}
