package io.dynamokv.ring;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How many partitions each member holds, against how many it should. All is counted in whole
 * numbers, so that every machine comes to the same result and no rounding adds up. Not thread-safe.
 */
final class Holdings {
  /** A fair share is seldom a whole number of partitions: it is kept in parts of one. */
  private static final int PARTS = 16;

  /** How far from its fair share a member may be to be close to it. */
  private static final double NEARLY = 1.0 / 20;

  private final int holders;
  private final int[] held;
  private final long[] fair;

  Holdings(HolderRule rule, int partitions) {
    holders = rule.holders();
    held = new int[rule.members()];
    fair =
        Arrays.stream(rule.fairHoldings())
            .mapToLong(holding -> Math.round(holding * partitions * PARTS))
            .toArray();
  }

  /** What it costs to be off by one partition. */
  static long unit() {
    return (long) PARTS * PARTS;
  }

  /** How many partitions a member holds. */
  int of(int member) {
    return held[member];
  }

  /**
   * Gives a member partitions, or takes some away.
   *
   * @return by how much the sum of all squared deviations grows
   */
  long change(int member, int partitions) {
    long before = deviation(member);
    held[member] += partitions;
    long after = deviation(member);
    return after * after - before * before;
  }

  /** Whether a member has more than its fair share. */
  boolean isAhead(int member) {
    return deviation(member) > 0;
  }

  /** Whether no member is a whole token, which means N partitions, away from its fair share. */
  boolean areBalanced() {
    return IntStream.range(0, held.length)
        .allMatch(member -> Math.abs(deviation(member)) < (long) holders * PARTS);
  }

  /** Whether every member is close to its fair share. */
  boolean areNearlyFair() {
    return IntStream.range(0, held.length)
        .allMatch(member -> Math.abs(deviation(member)) <= NEARLY * fair[member]);
  }

  private long deviation(int member) {
    return (long) held[member] * PARTS - fair[member];
  }
}
