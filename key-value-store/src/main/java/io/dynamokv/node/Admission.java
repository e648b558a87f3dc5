package io.dynamokv.node;

import java.util.concurrent.atomic.AtomicInteger;

/** The limit on the requests that a node has not answered. Thread-safe. */
final class Admission {
  /** Answered requests still wait for slow replicas; so many times the limit may be registered. */
  private static final int REGISTERED_PER_UNANSWERED = 4;

  private final int limit;
  private final AtomicInteger unanswered = new AtomicInteger();

  Admission(int limit) {
    this.limit = limit;
  }

  /** Lets a request in, if there is room for it; every one that was let in must leave. */
  boolean enter(Coordinator coordinator) {
    boolean hasRoom =
        unanswered.incrementAndGet() <= limit
            && coordinator.registered() < REGISTERED_PER_UNANSWERED * limit;
    if (!hasRoom) {
      leave();
    }
    return hasRoom;
  }

  void leave() {
    unanswered.decrementAndGet();
  }

  /** How many are in. */
  int unanswered() {
    return unanswered.get();
  }
}
