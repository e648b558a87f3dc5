package io.dynamokv.membership;

/**
 * Whether a member that seems to live does not answer, so that it is better left out for a while:
 * its disk may hang, or its links carry heartbeats and nothing else. When several requests in a
 * row, over some time, have not been answered, it is left out, and then tried again; if the first
 * request then is not answered either, it is left out for twice as long. Not thread-safe.
 */
final class Misses {
  /** After so many requests without an answer in between it is left out. */
  static final int LIMIT = 8;

  private static final int MOST_DOUBLINGS = 4;

  private final long leastPauseNs;
  private int missed;
  private long firstMissNs;
  private boolean onProbation;
  private int pauses;
  private long pauseUntilNs;
  private boolean pausing;

  /**
   * @param leastPauseNs how long it is left out the first time
   */
  Misses(long leastPauseNs) {
    this.leastPauseNs = leastPauseNs;
  }

  /** It has not answered a request in time. Returns whether it is left out from now on. */
  boolean missed(long nowNs) {
    if (isLeftOut(nowNs)) {
      return false;
    }
    if (missed++ == 0) {
      firstMissNs = nowNs;
    }
    boolean isEnough = missed >= LIMIT && nowNs - firstMissNs >= leastPauseNs / 2;
    if (!isEnough && !onProbation) {
      return false;
    }
    pauseUntilNs = nowNs + (leastPauseNs << Math.min(pauses, MOST_DOUBLINGS));
    pausing = true;
    pauses++;
    onProbation = true;
    return true;
  }

  /** It has answered. What it was asked before it was left out does not count. */
  void answered(long nowNs) {
    if (!isLeftOut(nowNs)) {
      clear();
    }
  }

  /** It is a new beginning. */
  void clear() {
    missed = 0;
    pauses = 0;
    pausing = false;
    onProbation = false;
  }

  boolean isLeftOut(long nowNs) {
    pausing = pausing && nowNs - pauseUntilNs < 0;
    return pausing;
  }
}
