package io.dynamokv.repair;

import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.ring.MemberId;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Since when the cluster has been calm, as this node sees it: nobody comes or goes, the ring is
 * settled and all follow it, all members can be reached and have what they should have, and this
 * node itself has not stood still. Not thread-safe.
 */
final class Calm {
  /** Whoever does nothing for so long stood still. */
  private static final long STANDSTILL_NS = TimeUnit.SECONDS.toNanos(1);

  private final Clearing.Port port;
  private Set<MemberId> members = Set.of();
  private long plan;
  private long sinceNs;
  private long lookedNs;
  private boolean isCalm;

  Calm(Clearing.Port port) {
    this.port = port;
    this.lookedNs = port.nanoTime();
    this.sinceNs = lookedNs;
  }

  /** Looks whether it still is; to be called all the time. */
  void tick() {
    long nowNs = port.nanoTime();
    View view = port.view();
    Set<MemberId> present = new HashSet<>();
    view.members().stream().map(Member::id).forEach(present::add);
    boolean isAsBefore =
        isCalm
            && nowNs - lookedNs < STANDSTILL_NS
            && view.plan() == plan
            && present.equals(members);
    if (!isAsBefore) {
      sinceNs = nowNs;
    }
    isCalm = isCalm(view, present);
    members = present;
    plan = view.plan();
    lookedNs = nowNs;
  }

  private boolean isCalm(View view, Set<MemberId> present) {
    return view.next() == null
        && view.leaving().isEmpty()
        && view.readable().containsAll(present)
        && view.reachable().containsAll(present)
        && port.allFollow();
  }

  /** For how long it has been calm, in nanoseconds; 0 if it is not. */
  long lastsNs() {
    boolean isCurrent = port.nanoTime() - lookedNs < STANDSTILL_NS;
    return isCalm && isCurrent ? lookedNs - sinceNs : 0;
  }
}
