package io.dynamokv.node;

import java.util.concurrent.atomic.AtomicInteger;

/** The limit on the requests that a node has others coordinate. Thread-safe. */
final class Forwards {
  private final int limit;
  private final AtomicInteger underWay = new AtomicInteger();

  Forwards(int limit) {
    this.limit = limit;
  }

  /** Takes a place, if there is one; it is to be given back. */
  boolean begin() {
    boolean hasRoom = underWay.incrementAndGet() <= limit;
    if (!hasRoom) {
      end();
    }
    return hasRoom;
  }

  void end() {
    underWay.decrementAndGet();
  }

  int underWay() {
    return underWay.get();
  }
}
