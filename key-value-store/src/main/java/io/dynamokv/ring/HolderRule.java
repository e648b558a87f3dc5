package io.dynamokv.ring;

import java.util.Arrays;
import java.util.List;

/**
 * Says which members of a walk become holders. Immutable.
 *
 * <p>Racks give holders in rounds: none gives its second before every rack has given its first, and
 * so on, as far as their sizes allow. All rounds but the last are the same for every partition, for
 * then every rack gives one. The last may need fewer than there are racks; it takes them in the
 * order of the walk. So one look at a member is enough: it is taken if its rack has not yet given
 * its full rounds, or has just given them and the last round still has room. Where there is one
 * rack this takes whoever comes, until there are N.
 */
final class HolderRule {
  /** For each member, in the order of ids, its rack's number. */
  private final int[] racks;

  private final int[] rackSizes;
  private final int holders;
  private final int fullRounds;
  private final int lastRound;

  private HolderRule(int[] racks, int[] rackSizes, int holders) {
    this.racks = racks;
    this.rackSizes = rackSizes;
    this.holders = holders;
    int rounds = 0;
    int rest = holders;
    for (int round = racksLargerThan(0); round > 0 && round <= rest; ) {
      rest -= round;
      rounds++;
      round = racksLargerThan(rounds);
    }
    fullRounds = rounds;
    lastRound = rest;
  }

  /**
   * The rule for these members.
   *
   * @param members sorted by their ids
   * @throws IllegalArgumentException unless there is at least one replica
   */
  static HolderRule of(List<RingMember> members, int replicas) {
    if (replicas < 1) {
      throw new IllegalArgumentException("a key has at least one replica: " + replicas);
    }
    List<String> names = members.stream().map(RingMember::rack).distinct().toList();
    int[] racks = members.stream().mapToInt(member -> names.indexOf(member.rack())).toArray();
    int[] sizes = new int[names.size()];
    for (int rack : racks) {
      sizes[rack]++;
    }
    return new HolderRule(racks, sizes, Math.min(replicas, racks.length));
  }

  private int racksLargerThan(int size) {
    return (int) Arrays.stream(rackSizes).filter(rackSize -> rackSize > size).count();
  }

  /** How many members there are. */
  int members() {
    return racks.length;
  }

  /** How many holders each partition has: N, or all members where there are fewer. */
  int holders() {
    return holders;
  }

  /** How many racks there are. */
  int rackCount() {
    return rackSizes.length;
  }

  int rackOf(int member) {
    return racks[member];
  }

  int rackSize(int rack) {
    return rackSizes[rack];
  }

  /** The most holders that one partition can have in a rack. */
  int mostHoldersIn(int rack) {
    return Math.min(rackSizes[rack], fullRounds + (lastRound > 0 ? 1 : 0));
  }

  /**
   * The part of all partitions, 0 to 1, that each member should hold: as equal as the racks let it
   * be. What a rack gives in full rounds is fixed; the last round is shared out so that racks come
   * to the same level, holdings per member, wherever they can.
   */
  double[] fairHoldings() {
    double low = 0;
    double high = 1;
    // The sum of all holdings grows with the level. Halving always takes the same steps, so that
    // every machine comes to the same level.
    for (int step = 0; step < 60; step++) {
      double level = (low + high) / 2;
      if (holdingsAt(level) < holders) {
        low = level;
      } else {
        high = level;
      }
    }
    double[] fair = new double[members()];
    for (int member = 0; member < fair.length; member++) {
      fair[member] = rackHoldingsAt(high, racks[member]) / rackSizes[racks[member]];
    }
    return fair;
  }

  private double holdingsAt(double level) {
    double sum = 0;
    for (int rack = 0; rack < rackSizes.length; rack++) {
      sum += rackHoldingsAt(level, rack);
    }
    return sum;
  }

  private double rackHoldingsAt(double level, int rack) {
    int least = Math.min(rackSizes[rack], fullRounds);
    return Math.max(least, Math.min(mostHoldersIn(rack), level * rackSizes[rack]));
  }

  /** A walk that can be used again and again. Not thread-safe. */
  Walk newWalk() {
    return new Walk();
  }

  /** Is offered the members of a walk one after another and says which become holders. */
  final class Walk {
    private final int[] metInWalk = new int[racks.length];
    private final int[] takenFromRack = new int[rackSizes.length];
    private int number;
    private int missing;
    private int lastRoundLeft;

    private Walk() {}

    /** Begins another walk. */
    void begin() {
      number++;
      Arrays.fill(takenFromRack, 0);
      missing = holders;
      lastRoundLeft = lastRound;
    }

    /** Whether all holders have been found. */
    boolean isComplete() {
      return missing == 0;
    }

    /** Whether this member becomes a holder; one that has been met before does not. */
    boolean takes(int member) {
      if (metInWalk[member] == number || missing == 0) {
        return false;
      }
      metInWalk[member] = number;
      int taken = takenFromRack[racks[member]];
      if (taken > fullRounds || taken == fullRounds && lastRoundLeft == 0) {
        return false;
      }
      if (taken == fullRounds) {
        lastRoundLeft--;
      }
      takenFromRack[racks[member]]++;
      missing--;
      return true;
    }
  }
}
