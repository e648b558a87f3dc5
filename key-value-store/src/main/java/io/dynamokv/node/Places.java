package io.dynamokv.node;

import java.util.concurrent.atomic.AtomicLong;

/** So many of something at once, and no more. Thread-safe. */
final class Places {
  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  Places(long limit) {
    this.limit = limit;
  }

  /** Takes so many, if there are as many; they are to be given back. */
  boolean take(long count) {
    boolean hasRoom = taken.addAndGet(count) <= limit;
    if (!hasRoom) {
      giveBack(count);
    }
    return hasRoom;
  }

  void giveBack(long count) {
    taken.addAndGet(-count);
  }

  long taken() {
    return taken.get();
  }
}
