package io.dynamokv.repair;

/**
 * How fast keys are moved, by all comparisons of a node: no more a second than is allowed, and no
 * more at once than both sides manage beside requests ({@link Window}). Not thread-safe.
 */
final class Pace {
  /** The most keys that are fetched with one question. */
  static final int MOST_TOGETHER = 64;

  /** So many questions or more fill the window: the other works on one while one travels. */
  private static final int QUESTIONS = 4;

  private final Allowance allowance;
  private final Window window = new Window();

  Pace(int keysPerSecond, long nowNs) {
    this.allowance = new Allowance(keysPerSecond, nowNs);
  }

  /** How many more keys may be begun, if so many are under way. */
  int room(int open, long nowNs) {
    return Math.min(window.size() - open, allowance.left(nowNs));
  }

  /** How many keys should be fetched with one question. */
  int together() {
    return Math.min(Math.min(window.size() / QUESTIONS, MOST_TOGETHER), allowance.most());
  }

  /** So many keys are begun; there was room for them. */
  void begin(int keys) {
    allowance.take(keys);
  }

  /** So many that were begun have to wait again, and were not moved: others may be meanwhile. */
  void putOff(int keys) {
    allowance.giveBack(keys);
  }

  /** One side had no room for a key that was begun at this time, or was silent about it. */
  void refused(long beganNs, long nowNs) {
    window.refused(beganNs, nowNs);
  }

  /**
   * A key was moved.
   *
   * @param open how many were under way at the end, with this one
   */
  void moved(long beganNs, long nowNs, int open) {
    window.moved(beganNs, nowNs, open > window.size() - together());
  }
}
