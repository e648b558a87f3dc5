package io.dynamokv.simulation;

import io.dynamokv.storage.Durability;
import java.util.ArrayList;
import java.util.List;

/**
 * What kind of bad day a run has. Drawn from the seed: runs that leave out some faults find bugs
 * that those hide.
 *
 * @param coordinators mailboxes of each node
 * @param queueCapacity how many reads, and how many writes, may wait for a node's own copy
 * @param maxHintAgeMs after so long a node is no longer kept what it missed
 * @param maxHintBytes how much a node keeps for others
 * @param antiEntropyNs from one round of anti-entropy to the next
 * @param longestThinkNs how long a client waits, at most, before it goes on
 * @param longestDelayNs how long a message is under way, at most, on a good link
 * @param lossRate how many messages of a good link vanish, 0 to 1
 * @param duplicateRate how many arrive twice
 * @param disorderRate how many do not wait for those sent before them
 * @param faults what goes wrong; perhaps nothing
 * @param longestGapNs how long nothing goes wrong, at most
 * @param chaosNs how long clients are at work and things go wrong
 * @param spares machines that are no members at first; none where members never change
 * @param acts how often clients are at work, with a rest between
 */
record Scenario(
    int nodes,
    int coordinators,
    int clients,
    int keys,
    Durability durability,
    int queueCapacity,
    long maxHintAgeMs,
    long maxHintBytes,
    long antiEntropyNs,
    long longestThinkNs,
    long longestDelayNs,
    double lossRate,
    double duplicateRate,
    double disorderRate,
    List<Fault> faults,
    long longestGapNs,
    long chaosNs,
    int spares,
    int acts) {

  static final int REPLICAS = 3;
  static final int ENOUGH_ROOM = 100;
  static final long PLENTY = 1 << 20;
  static final long NEVER_NS = 1_000_000_000_000_000L;
  static final long NEVER_MS = 1_000_000_000;
  static final long MILLISECOND = 1_000_000;
  static final long SECOND = 1_000 * MILLISECOND;

  static Scenario draw(Chance chance) {
    return new Scenario(
        chance.oneOf(List.of(3, 3, 5)),
        chance.between(1, 2),
        chance.between(1, 5),
        chance.between(1, 3),
        chance.oneOf(List.of(Durability.SYNC, Durability.SYNC, Durability.WRITE, Durability.NONE)),
        chance.oneOf(List.of(1, 3, ENOUGH_ROOM, ENOUGH_ROOM)),
        chance.happens(0.3) ? 2000 : NEVER_MS,
        chance.happens(0.2) ? 600 : PLENTY,
        chance.happens(0.5) ? 3 * SECOND : NEVER_NS,
        chance.durationNs(10 * MILLISECOND, SECOND),
        chance.durationNs(MILLISECOND, 100 * MILLISECOND),
        chance.happens(0.5) ? 0 : 0.02,
        chance.happens(0.5) ? 0 : 0.05,
        chance.happens(0.7) ? 0 : 0.1,
        someFaults(chance),
        chance.durationNs(200 * MILLISECOND, 10 * SECOND),
        chance.durationNs(3 * SECOND, 15 * SECOND),
        0,
        1);
  }

  /** A day on which nothing happens but what a test lets happen; tombstones are removed. */
  static Scenario staged(int nodes) {
    return new Scenario(
        nodes,
        1,
        0,
        1,
        Durability.SYNC,
        ENOUGH_ROOM,
        NEVER_MS,
        PLENTY,
        3 * SECOND,
        SECOND,
        5 * MILLISECOND,
        0,
        0,
        0,
        List.of(),
        SECOND,
        SECOND,
        0,
        2);
  }

  /** A busy day on a network without fault, on which these things go wrong, one a second. */
  Scenario withOnly(List<Fault> someFaults) {
    return new Scenario(
        nodes,
        coordinators,
        3,
        3,
        durability,
        100,
        NEVER_MS,
        PLENTY,
        NEVER_NS,
        300 * MILLISECOND,
        5 * MILLISECOND,
        0,
        0,
        0,
        someFaults,
        SECOND,
        20 * SECOND,
        0,
        1);
  }

  /** The same day for so many nodes. */
  Scenario withNodes(int count) {
    return with(count, maxHintAgeMs, maxHintBytes, faults, longestGapNs, chaosNs, spares, acts);
  }

  /** The same day where nobody is kept for longer what it missed. */
  Scenario withMaxHintAge(long ageMs) {
    return with(nodes, ageMs, maxHintBytes, faults, longestGapNs, chaosNs, spares, acts);
  }

  /** The same day where nobody is kept what it missed. */
  Scenario withoutHints() {
    return with(nodes, maxHintAgeMs, 0, faults, longestGapNs, chaosNs, spares, acts);
  }

  /** The same day, on which things go wrong more seldom. */
  Scenario withGaps(long gapNs) {
    return with(nodes, maxHintAgeMs, maxHintBytes, faults, gapNs, chaosNs, spares, acts);
  }

  /** The same day, longer, on which members come and go. */
  Scenario withChangingMembers() {
    List<Fault> more = new ArrayList<>(faults);
    more.addAll(Fault.OF_MEMBERS);
    long gapNs = Math.min(longestGapNs, 4 * SECOND);
    return with(nodes, maxHintAgeMs, maxHintBytes, more, gapNs, 2 * chaosNs, 2, acts);
  }

  /** The same day, with rests between in which tombstones are removed. */
  Scenario withRests() {
    return with(nodes, maxHintAgeMs, maxHintBytes, faults, longestGapNs, chaosNs / 2, spares, 3);
  }

  private Scenario with(
      int count,
      long hintAgeMs,
      long hintBytes,
      List<Fault> someFaults,
      long gapNs,
      long durationNs,
      int someSpares,
      int someActs) {
    return new Scenario(
        count,
        coordinators,
        clients,
        keys,
        durability,
        queueCapacity,
        hintAgeMs,
        hintBytes,
        antiEntropyNs,
        longestThinkNs,
        longestDelayNs,
        lossRate,
        duplicateRate,
        disorderRate,
        someFaults,
        gapNs,
        durationNs,
        someSpares,
        someActs);
  }

  /** Whether tombstones are removed. */
  boolean collects() {
    return acts > 1;
  }

  boolean membersChange() {
    return spares > 0;
  }

  private static List<Fault> someFaults(Chance chance) {
    double share = chance.oneOf(List.of(0.15, 0.3, 0.6));
    List<Fault> faults = new ArrayList<>();
    for (Fault fault : Fault.values()) {
      if (!Fault.OF_MEMBERS.contains(fault) && chance.happens(share)) {
        faults.add(fault);
      }
    }
    return List.copyOf(faults);
  }
}
