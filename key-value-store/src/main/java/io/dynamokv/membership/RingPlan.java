package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.TokenTable;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what, and what the cluster is on its way to. Immutable.
 *
 * @param number the higher one counts: a generation, and below it, first, whether nothing is to
 *     change, since nodes may have let go of something for that; then a hash of the rest, so that
 *     two different plans have different numbers
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

  private static final int HASH_BITS = 16;
  private static final long SETTLED = 1L << (HASH_BITS - 1);

  /** A plan of a generation, which is numbered from 1. */
  static RingPlan of(
      long generation, TokenTable served, @Nullable TokenTable next, Map<MemberId, Long> admitted) {
    RingPlan plan = new RingPlan(generation << HASH_BITS, served, next, admitted);
    long hash = RosterCodec.hash(RosterCodec.bytesOf(plan)) >>> (Long.SIZE - HASH_BITS + 1);
    long settled = next == null ? SETTLED : 0;
    return new RingPlan(plan.number | settled | hash, served, next, admitted);
  }

  /** How many plans there have been, with this one. */
  public static long generationOf(long number) {
    return number >>> HASH_BITS;
  }

  /** The plan after this one. */
  RingPlan followedBy(
      TokenTable nextServed, @Nullable TokenTable after, Map<MemberId, Long> nextAdmitted) {
    return of(generationOf(number) + 1, nextServed, after, nextAdmitted);
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
