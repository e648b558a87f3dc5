package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.TokenTable;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what, and what the cluster is on its way to. Immutable.
 *
 * @param number the higher one counts
 * @param served by which keys are found
 * @param next what is to be served when all who gain something by it have it; null if nothing is to
 *     change
 * @param admitted who has what it should have by the served table: the identity of its data folder
 */
public record RingPlan(
    long number, TokenTable served, @Nullable TokenTable next, Map<MemberId, Long> admitted) {
  public RingPlan {
    admitted = Map.copyOf(admitted);
  }

  /** What the cluster is to be like in the end. */
  TokenTable target() {
    return next == null ? served : next;
  }

  /** Whether a member has what it should have by the served table. */
  boolean isAdmitted(MemberRecord record) {
    Long nodeId = admitted.get(record.member().id());
    return nodeId != null && nodeId == record.nodeId();
  }

  /** As it is written: in the order of the ids. */
  Map<MemberId, Long> sortedAdmitted() {
    return new TreeMap<>(admitted);
  }
}
