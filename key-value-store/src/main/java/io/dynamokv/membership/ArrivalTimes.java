package io.dynamokv.membership;

/**
 * How regularly a member's heartbeats come, and so how suspicious a silence is. Not thread-safe.
 *
 * <p>Source: Hayashibara et al., <i>The φ Accrual Failure Detector</i> (SRDS 2004), section IV: φ
 * is the negative decimal logarithm of the probability that a heartbeat is still to come, if the
 * times between them are distributed normally.
 */
final class ArrivalTimes {
  /** How many intervals are remembered. */
  static final int WINDOW = 64;

  /** With fewer there is nothing to judge by. */
  static final int ENOUGH = 8;

  private final double leastDeviationNs;
  private final long[] intervalsNs = new long[WINDOW];
  private int count;
  private double sum;
  private double sumOfSquares;

  /**
   * @param leastDeviationNs the standard deviation that is assumed at least: heartbeats that came
   *     like clockwork for a while would make the first one that is a little late a reason for
   *     alarm
   */
  ArrivalTimes(double leastDeviationNs) {
    this.leastDeviationNs = leastDeviationNs;
  }

  /** A heartbeat has come so long after the one before. */
  void add(long intervalNs) {
    int place = count % WINDOW;
    if (count >= WINDOW) {
      sum -= intervalsNs[place];
      sumOfSquares -= (double) intervalsNs[place] * intervalsNs[place];
    }
    intervalsNs[place] = intervalNs;
    sum += intervalNs;
    sumOfSquares += (double) intervalNs * intervalNs;
    count++;
  }

  boolean isEnough() {
    return count >= ENOUGH;
  }

  /** φ of a silence: at 1 it is a false alarm one time in 10, at 8 one in a hundred million. */
  double phi(long silenceNs) {
    int known = Math.min(count, WINDOW);
    double mean = sum / known;
    double variance = Math.max(0, sumOfSquares / known - mean * mean);
    double deviation = Math.max(Math.sqrt(variance), leastDeviationNs);
    // The normal distribution's tail, by its logistic approximation (error below 0.00014).
    double y = (silenceNs - mean) / deviation;
    double odds = Math.exp(-y * (1.5976 + 0.070566 * y * y));
    return silenceNs > mean ? -Math.log10(odds / (1 + odds)) : -Math.log10(1 - 1 / (1 + odds));
  }
}
