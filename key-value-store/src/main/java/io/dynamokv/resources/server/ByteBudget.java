package io.dynamokv.resources.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory requests may hold together. Thread-safe. Whatever is taken is given back by its
 * taker; the sum never goes beyond the limit, except for a single taker that needs more than the
 * limit when nobody else holds anything, which would otherwise never be served.
 */
final class ByteBudget {
  private final long limitBytes;
  private final AtomicLong takenBytes = new AtomicLong();

  ByteBudget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Takes bytes, unless that would be too many. */
  boolean tryTake(long bytes) {
    long taken = takenBytes.addAndGet(bytes);
    if (taken <= limitBytes || taken == bytes) {
      return true;
    }
    takenBytes.addAndGet(-bytes);
    return false;
  }

  void giveBack(long bytes) {
    takenBytes.addAndGet(-bytes);
  }

  long takenBytes() {
    return takenBytes.get();
  }

  long limitBytes() {
    return limitBytes;
  }
}
