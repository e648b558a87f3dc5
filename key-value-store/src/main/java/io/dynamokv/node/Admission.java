package io.dynamokv.node;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The limit on the requests that a node has not answered. Thread-safe. */
final class Admission {
  /** Answered requests still wait for slow replicas; so many times the limit may be registered. */
  private static final int REGISTERED_PER_UNANSWERED = 4;

  private final int limit;
  private final long maxForwardedBytes;
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicLong forwardedBytes = new AtomicLong();

  /**
   * @param limit so many at once
   * @param maxForwardedBytes so many bytes in those that other nodes have forwarded; what clients
   *     bring is limited before it comes here
   */
  Admission(int limit, long maxForwardedBytes) {
    this.limit = limit;
    this.maxForwardedBytes = maxForwardedBytes;
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

  /** The same for one that was forwarded and has so many bytes. */
  boolean enterForwarded(Coordinator coordinator, long bytes) {
    boolean hasRoom = forwardedBytes.addAndGet(bytes) <= maxForwardedBytes && enter(coordinator);
    if (!hasRoom) {
      forwardedBytes.addAndGet(-bytes);
    }
    return hasRoom;
  }

  void leaveForwarded(long bytes) {
    forwardedBytes.addAndGet(-bytes);
    leave();
  }

  /** How many are in. */
  int unanswered() {
    return unanswered.get();
  }
}
