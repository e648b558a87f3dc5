package io.dynamokv.repair;

import java.util.concurrent.TimeUnit;

/** So many a second, and no more than a tenth of that at once. Not thread-safe. */
final class Allowance {
  private final int perSecond;
  private long lastNs;
  private double left;

  Allowance(int perSecond, long nowNs) {
    this.perSecond = perSecond;
    this.lastNs = nowNs;
  }

  /** How many may ever be taken at once. */
  int most() {
    return Math.max(1, perSecond / 10);
  }

  /** How many may be taken. */
  int left(long nowNs) {
    double more = (double) (nowNs - lastNs) * perSecond / TimeUnit.SECONDS.toNanos(1);
    left = Math.min(Math.max(1, perSecond / 10.0), left + more);
    lastNs = nowNs;
    return (int) left;
  }

  /** Gives some back that were taken, and not used. */
  void giveBack(int some) {
    left += some;
  }

  /** Takes some of what was left when that was asked last. */
  void take(int some) {
    left -= some;
  }
}
