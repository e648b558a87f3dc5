package io.dynamokv.resources.server;

/**
 * What one request holds of a budget. Thread-safe. An answer may ask for memory at the very moment
 * at which its request ends, by a timeout or because the client has gone: what is asked for after
 * the end is refused, since nobody would give it back any more.
 */
final class Reservation {
  private final ByteBudget budget;
  private long heldBytes;
  private boolean ended;

  Reservation(ByteBudget budget) {
    this.budget = budget;
  }

  /** Takes more bytes, unless those would be too many or the request is over. */
  synchronized boolean tryTake(long bytes) {
    if (ended || !budget.tryTake(bytes)) {
      return false;
    }
    heldBytes += bytes;
    return true;
  }

  synchronized long heldBytes() {
    return heldBytes;
  }

  /** Gives everything back, for good. */
  synchronized void end() {
    ended = true;
    budget.giveBack(heldBytes);
    heldBytes = 0;
  }
}
