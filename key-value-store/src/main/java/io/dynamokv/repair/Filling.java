package io.dynamokv.repair;

import io.dynamokv.membership.RingPlan;
import io.dynamokv.membership.View;
import io.dynamokv.ring.MemberId;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what this node should have and does not: the partitions that it gains when the ring
 * changes, or all that it holds when its data folder is new. A partition is complete when it has
 * been compared with all of its present holders in reach, each time after all members in reach
 * followed the plan, so that no write passes this node by any more. What was fetched stays, so one
 * that is interrupted goes on where it was. Not thread-safe.
 */
public final class Filling {
  private static final Logger LOG = LoggerFactory.getLogger(Filling.class);

  /** So many partitions are compared at once, so that it is known how far this has come. */
  private static final int CHUNK = 128;

  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Port port;
  private final Comparisons comparisons;

  /** For each holder, the partitions that have been compared with it. */
  private final Map<MemberId, BitSet> compared = new HashMap<>();

  private BitSet needed = new BitSet();
  private long plan = -1;
  private long readyPlan = -1;
  private long beganNs;
  private long nextNs;
  private long keysFetched;
  private boolean isComparing;
  private volatile Progress progress = Progress.NONE;

  /** What filling needs of its node, besides. */
  public interface Port extends AntiEntropy.Port {
    /** Whether all members in reach follow the plan that this node follows. */
    boolean allFollow();

    /** Whether a member has what it should have by the ring that is served. */
    boolean isAdmitted(MemberId member);

    /** This node has all that it should have by a plan. */
    void ready(long plan);

    /** It may not have it any more. */
    void notReady();
  }

  /**
   * How far it has come. Immutable.
   *
   * @param partitions how many are to be filled; 0 if none is
   * @param complete how many of them are
   * @param keys how many keys were fetched
   * @param leftMs how long it may still take, in milliseconds; negative if that can not be said
   */
  public record Progress(int partitions, int complete, long keys, long leftMs) {
    static final Progress NONE = new Progress(0, 0, 0, 0);

    Progress withKeys(long keys) {
      return new Progress(partitions, complete, keys, leftMs);
    }

    /** Whether anything is still missing. */
    public boolean isUnderWay() {
      return complete < partitions;
    }
  }

  Filling(Port port, Comparisons comparisons) {
    this.port = port;
    this.comparisons = comparisons;
    this.nextNs = port.nanoTime();
  }

  /** How far it has come; may be called by any thread. */
  public Progress progress() {
    return progress;
  }

  /**
   * Sees whether a holder is out of reach: what it takes in now may not come here, so it has to be
   * compared again when it is back, also if this node was ready. And tells how far it has come. To
   * be called every now and then.
   */
  void tick() {
    boolean isOneGone = !needed.isEmpty() && compared.keySet().retainAll(port.view().reachable());
    if (isOneGone && readyPlan == plan) {
      readyPlan = -1;
      port.notReady();
    }
    if (isComparing && progress.isUnderWay()) {
      progress = progress.withKeys(keysFetched + comparisons.keysFetched());
    }
  }

  /** Begins what is due; to be called every now and then, when no comparison is under way. */
  void begin() {
    View view = port.view();
    follow(view);
    if (port.nanoTime() - nextNs < 0 || readyPlan == plan || !port.allFollow()) {
      return;
    }
    BitSet incomplete = incomplete(view);
    tell(incomplete);
    if (incomplete.isEmpty()) {
      beReady();
    } else {
      compareSome(view, incomplete);
    }
  }

  private void follow(View view) {
    if (view.plan() == plan) {
      return;
    }
    boolean missedPlans =
        RingPlan.generationOf(view.plan()) != RingPlan.generationOf(plan) + 1 || plan < 0;
    plan = view.plan();
    needed = neededOf(view);
    // What was compared before still holds where this node was to get it all the time.
    compared.values().forEach(partitions -> partitions.and(missedPlans ? new BitSet() : needed));
    if (!progress.isUnderWay()) {
      beganNs = port.nanoTime();
      keysFetched = 0;
    }
    if (!needed.isEmpty()) {
      LOG.info(
          "{} partitions are to be filled, by plan {}",
          needed.cardinality(),
          RingPlan.generationOf(plan));
    }
    tell(incomplete(view));
  }

  private BitSet neededOf(View view) {
    MemberId self = view.self().id();
    BitSet lacking = view.next() == null ? new BitSet() : view.next().partitionsHeldBy(self);
    lacking.andNot(view.ring().partitionsHeldBy(self));
    if (!port.isAdmitted(self)) {
      lacking.or(view.ring().partitionsHeldBy(self));
    }
    return lacking;
  }

  private BitSet incomplete(View view) {
    BitSet incomplete = (BitSet) needed.clone();
    incomplete.stream()
        .filter(partition -> isComplete(view, partition))
        .boxed()
        .toList()
        .forEach(incomplete::clear);
    return incomplete;
  }

  /**
   * All in reach must have been asked, and more than half of all; and one of those who have what
   * they should have, if there are any.
   */
  private boolean isComplete(View view, int partition) {
    List<MemberId> holders = otherHolders(view, partition);
    if (holders.isEmpty()) {
      return true;
    }
    boolean someoneIsAdmitted = holders.stream().anyMatch(port::isAdmitted);
    boolean isKnown = false;
    int asked = 0;
    for (MemberId holder : holders) {
      boolean wasCompared = wasCompared(holder, partition);
      if (view.reachable().contains(holder) && !wasCompared) {
        return false;
      }
      asked += wasCompared ? 1 : 0;
      isKnown |= wasCompared && (port.isAdmitted(holder) || !someoneIsAdmitted);
    }
    return isKnown && 2 * asked > holders.size();
  }

  /** Those that were removed are not waited for. */
  private static List<MemberId> otherHolders(View view, int partition) {
    return view.ring().preferenceListOf(partition).holders().stream()
        .filter(holder -> !holder.equals(view.self().id()) && view.isMember(holder))
        .toList();
  }

  private boolean wasCompared(MemberId holder, int partition) {
    BitSet partitions = compared.get(holder);
    return partitions != null && partitions.get(partition);
  }

  /** The first partitions first, with one holder after the other, so that they become complete. */
  private void compareSome(View view, BitSet incomplete) {
    for (int partition : incomplete.stream().toArray()) {
      for (MemberId holder : otherHolders(view, partition)) {
        if (view.reachable().contains(holder) && !wasCompared(holder, partition)) {
          isComparing = true;
          comparisons.begin(
              holder, chunk(view, holder, incomplete), Comparisons.Aim.EQUAL, this::ended);
          return;
        }
      }
    }
    nextNs = port.nanoTime() + PAUSE_NS;
  }

  private BitSet chunk(View view, MemberId holder, BitSet incomplete) {
    BitSet open = view.ring().partitionsHeldBy(holder);
    open.and(incomplete);
    open.andNot(compared.getOrDefault(holder, new BitSet()));
    BitSet chunk = new BitSet();
    open.stream().limit(CHUNK).forEach(chunk::set);
    return chunk;
  }

  private void ended(Comparison ended) {
    isComparing = false;
    keysFetched += ended.report().keysFetched();
    if (ended.verified().isEmpty()) {
      nextNs = port.nanoTime() + PAUSE_NS;
    }
    compared.computeIfAbsent(ended.peer(), peer -> new BitSet()).or(ended.verified());
    tell(incomplete(port.view()));
  }

  private void beReady() {
    readyPlan = plan;
    port.ready(plan);
    if (!needed.isEmpty()) {
      LOG.info(
          "all {} partitions are filled, by plan {}: {} keys were fetched",
          needed.cardinality(),
          RingPlan.generationOf(plan),
          keysFetched);
    }
  }

  private void tell(BitSet incomplete) {
    int all = needed.cardinality();
    int complete = all - incomplete.cardinality();
    long passedMs = TimeUnit.NANOSECONDS.toMillis(port.nanoTime() - beganNs);
    long leftMs = complete == 0 ? -1 : passedMs * (all - complete) / complete;
    progress = all == 0 ? Progress.NONE : new Progress(all, complete, keysFetched, leftMs);
  }
}
