package io.dynamokv.simulation;

import java.util.List;
import java.util.SplittableRandom;

/** All that is left to chance in a run, drawn from its seed. */
final class Chance {
  private final SplittableRandom random;

  Chance(long seed) {
    this.random = new SplittableRandom(seed);
  }

  boolean happens(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** A number between two, both included. */
  int between(int lowest, int highest) {
    return random.nextInt(lowest, highest + 1);
  }

  /** A duration between two, small ones as often as large ones of another magnitude. */
  long durationNs(long shortestNs, long longestNs) {
    double ratio = (double) longestNs / shortestNs;
    return (long) (shortestNs * StrictMath.pow(ratio, random.nextDouble()));
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  long nextLong() {
    return random.nextLong();
  }
}
