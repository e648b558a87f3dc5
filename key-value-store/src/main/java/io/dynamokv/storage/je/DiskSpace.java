package io.dynamokv.storage.je;

import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Refuses writes while less than a configured part of the disk is free. Thread-safe. Looks at the
 * disk once a second, and whenever an eighth of that part may have been written since.
 *
 * <p>JE has such a limit of its own, but looks only every so many bytes written, and stops its
 * cleaner too when it is reached. So JE's is set to half of this one: when this one refuses writes,
 * the cleaner still has room to give space back.
 */
final class DiskSpace {
  static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final long MIN_BYTES_BETWEEN_LOOKS = 1 << 20;

  private final long minFreeBytes;
  private final Usable usable;
  private final LongSupplier nanoTime;
  private final AtomicLong lookedAtNanos;
  private final AtomicLong writtenSinceLook = new AtomicLong();
  private volatile @Nullable String failure;

  /** Asks the disk. */
  interface Usable {
    long bytes() throws IOException;
  }

  DiskSpace(long minFreeBytes, Usable usable, LongSupplier nanoTime) {
    this.minFreeBytes = minFreeBytes;
    this.usable = usable;
    this.nanoTime = nanoTime;
    this.lookedAtNanos = new AtomicLong(nanoTime.getAsLong());
    look();
  }

  /**
   * To be called before so many bytes are written.
   *
   * @throws StorageException if there is too little
   */
  void require(long bytes) {
    if (writtenSinceLook.addAndGet(bytes) > Math.max(minFreeBytes / 8, MIN_BYTES_BETWEEN_LOOKS)) {
      look();
    }
    String reason = failure();
    if (reason != null) {
      throw StorageException.refusal(reason);
    }
  }

  /** Why there is too little, or null. */
  @Nullable String failure() {
    long now = nanoTime.getAsLong();
    long last = lookedAtNanos.get();
    if (now - last >= LOOK_EVERY.toNanos() && lookedAtNanos.compareAndSet(last, now)) {
      look();
    }
    return failure;
  }

  private void look() {
    writtenSinceLook.set(0);
    try {
      long free = usable.bytes();
      failure =
          free >= minFreeBytes
              ? null
              : "the disk is full: %d bytes are free, %d must stay free"
                  .formatted(free, minFreeBytes);
    } catch (IOException | UncheckedIOException e) {
      failure = "the disk does not say how much of it is free: " + e.getMessage();
    }
  }
}
