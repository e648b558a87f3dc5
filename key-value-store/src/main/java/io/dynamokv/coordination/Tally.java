package io.dynamokv.coordination;

import io.dynamokv.ring.MemberId;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which of a key's holders have done what a request asks of them. Not thread-safe.
 *
 * <p>Only success is final: a replica that was given up may still answer, and then counts.
 */
final class Tally {
  private enum Standing {
    /** Not asked yet, or asked and silent so far. */
    OPEN,
    SUCCEEDED,
    GIVEN_UP
  }

  private final int wanted;
  private final Map<MemberId, Standing> standings = new LinkedHashMap<>();
  private final EnumMap<Standing, Integer> counts = new EnumMap<>(Standing.class);

  Tally(int wanted, List<MemberId> holders) {
    this.wanted = wanted;
    holders.forEach(holder -> standings.put(holder, Standing.OPEN));
    counts.put(Standing.OPEN, standings.size());
    counts.put(Standing.SUCCEEDED, 0);
    counts.put(Standing.GIVEN_UP, 0);
  }

  /** Returns false if the replica is no holder, or had succeeded before. */
  boolean succeed(MemberId replica) {
    return move(replica, Standing.SUCCEEDED);
  }

  /** Returns false if the replica is no holder, or its standing was no longer open. */
  boolean giveUp(MemberId replica) {
    return move(replica, Standing.GIVEN_UP);
  }

  /** Enough have succeeded. */
  boolean isReached() {
    return succeeded() >= wanted;
  }

  /** Enough can no longer succeed, unless one that was given up still answers. */
  boolean isOutOfReach() {
    return succeeded() + open() < wanted;
  }

  /** Nothing more is waited for. */
  boolean isComplete() {
    return open() == 0;
  }

  int wanted() {
    return wanted;
  }

  int succeeded() {
    return counts.getOrDefault(Standing.SUCCEEDED, 0);
  }

  List<MemberId> openReplicas() {
    return standings.entrySet().stream()
        .filter(entry -> entry.getValue() == Standing.OPEN)
        .map(Map.Entry::getKey)
        .toList();
  }

  private int open() {
    return counts.getOrDefault(Standing.OPEN, 0);
  }

  private boolean move(MemberId replica, Standing to) {
    Standing from = standings.get(replica);
    if (from == null || from == to || from == Standing.SUCCEEDED) {
      return false;
    }
    standings.put(replica, to);
    counts.merge(from, -1, Integer::sum);
    counts.merge(to, 1, Integer::sum);
    return true;
  }
}
