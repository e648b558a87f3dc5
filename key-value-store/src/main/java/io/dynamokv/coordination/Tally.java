package io.dynamokv.coordination;

import io.dynamokv.ring.MemberId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

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
  private int open;
  private int succeeded;

  Tally(int wanted, List<MemberId> holders) {
    this.wanted = wanted;
    holders.forEach(holder -> standings.put(holder, Standing.OPEN));
    this.open = standings.size();
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
    return succeeded >= wanted;
  }

  /** Enough can no longer succeed, unless one that was given up still answers. */
  boolean isOutOfReach() {
    return succeeded + open < wanted;
  }

  /** Nothing more is waited for. */
  boolean isComplete() {
    return open == 0;
  }

  int wanted() {
    return wanted;
  }

  /** How many more must succeed; 0 or less when enough have. */
  int missing() {
    return wanted - succeeded;
  }

  int open() {
    return open;
  }

  int succeeded() {
    return succeeded;
  }

  List<MemberId> openReplicas() {
    return replicasThat(standing -> standing == Standing.OPEN);
  }

  List<MemberId> replicasWithoutSuccess() {
    return replicasThat(standing -> standing != Standing.SUCCEEDED);
  }

  private List<MemberId> replicasThat(Predicate<Standing> are) {
    List<MemberId> replicas = new ArrayList<>(standings.size());
    standings.forEach(
        (replica, standing) -> {
          if (are.test(standing)) {
            replicas.add(replica);
          }
        });
    return replicas;
  }

  private boolean move(MemberId replica, Standing to) {
    Standing from = standings.get(replica);
    if (from == null || from == to || from == Standing.SUCCEEDED) {
      return false;
    }
    standings.put(replica, to);
    if (from == Standing.OPEN) {
      open--;
    }
    if (to == Standing.SUCCEEDED) {
      succeeded++;
    }
    return true;
  }
}
