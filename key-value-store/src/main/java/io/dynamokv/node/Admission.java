package io.dynamokv.node;

/** The limits on the requests that a node has not answered. Thread-safe. */
final class Admission {
  /** Answered requests still wait for slow replicas; so many times the limit may be registered. */
  private static final int REGISTERED_PER_UNANSWERED = 4;

  private final int maxRegistered;
  private final Places requests;
  private final Places forwardedBytes;

  /**
   * @param limit so many at once
   * @param maxForwardedBytes so many bytes in those that other nodes have forwarded; what clients
   *     bring is limited before it comes here
   */
  Admission(int limit, long maxForwardedBytes) {
    this.maxRegistered = REGISTERED_PER_UNANSWERED * limit;
    this.requests = new Places(limit);
    this.forwardedBytes = new Places(maxForwardedBytes);
  }

  /** Lets a request in, if there is room for it; every one that was let in must leave. */
  boolean enter(Coordinator coordinator) {
    return coordinator.registered() < maxRegistered && requests.take(1);
  }

  void leave() {
    requests.giveBack(1);
  }

  /** The same for one that was forwarded and has so many bytes. */
  boolean enterForwarded(Coordinator coordinator, long bytes) {
    boolean hasRoom = forwardedBytes.take(bytes);
    if (hasRoom && !enter(coordinator)) {
      forwardedBytes.giveBack(bytes);
      return false;
    }
    return hasRoom;
  }

  void leaveForwarded(long bytes) {
    forwardedBytes.giveBack(bytes);
    leave();
  }

  /** How many are in. */
  long unanswered() {
    return requests.taken();
  }
}
