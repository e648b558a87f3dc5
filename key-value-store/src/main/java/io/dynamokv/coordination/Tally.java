package io.dynamokv.coordination;

import static java.util.Objects.requireNonNull;

import io.dynamokv.ring.MemberId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which of a key's holders have done what a request asks of them, or had it done by somebody who
 * stands in for them. A fallback stands in for one holder at most, so whatever counts has happened
 * on as many nodes. Not thread-safe.
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

  /** So many are asked to stand in for one holder, so that overload does not go round the ring. */
  private static final int MOST_STAND_INS = 3;

  /** By the holder. */
  private final Map<MemberId, Slot> slots = new LinkedHashMap<>();

  /** By whoever stands in, or has done so. */
  private final Map<MemberId, Slot> standIns = new LinkedHashMap<>(0);

  /** Those that stand in for nobody yet, in the order in which they would. */
  private final List<MemberId> fallbacks;

  private int open;
  private int succeeded;

  /** What is wanted of one holder. */
  private static final class Slot {
    private final MemberId holder;
    private int standInsTried;
    private Standing standing = Standing.OPEN;
    private boolean awaitsHolder = true;
    private @Nullable MemberId standIn;

    Slot(MemberId holder) {
      this.holder = holder;
    }
  }

  /**
   * @param fallbacks who may stand in for holders, best first; none of them is a holder
   */
  Tally(int wanted, List<MemberId> holders, List<MemberId> fallbacks) {
    this.wanted = wanted;
    this.fallbacks = new ArrayList<>(fallbacks);
    holders.forEach(holder -> slots.put(holder, new Slot(holder)));
    this.open = slots.size();
  }

  /** How many could do what is asked, if these members and no others can be reached. */
  int present(Set<MemberId> reachable) {
    int holders = count(slots.keySet(), reachable);
    return Math.min(slots.size(), holders + count(fallbacks, reachable));
  }

  private static int count(Iterable<MemberId> members, Set<MemberId> reachable) {
    int count = 0;
    for (MemberId member : members) {
      count += reachable.contains(member) ? 1 : 0;
    }
    return count;
  }

  /** Returns false if the replica was never asked, or its holder's part was done before. */
  boolean succeed(MemberId replica) {
    Slot slot = slotOf(replica);
    return slot != null && move(slot, Standing.SUCCEEDED);
  }

  /**
   * Waits for a replica no longer. Returns false if that changes nothing: it was not waited for, or
   * somebody else still is.
   */
  boolean giveUp(MemberId replica) {
    Slot slot = slotOf(replica);
    if (slot == null) {
      return false;
    }
    if (replica.equals(slot.holder)) {
      slot.awaitsHolder = false;
    } else if (replica.equals(slot.standIn)) {
      slot.standIn = null;
    }
    boolean waitsForNobody = !slot.awaitsHolder && slot.standIn == null;
    return waitsForNobody && move(slot, Standing.GIVEN_UP);
  }

  /** Waits no longer for any of those that are not among these. */
  void giveUpUnreachable(Set<MemberId> reachable) {
    for (MemberId replica : awaited()) {
      if (!reachable.contains(replica)) {
        giveUp(replica);
      }
    }
  }

  /**
   * Has somebody stand in for a holder: who does so already, or else the first of the fallbacks in
   * reach that stands in for nobody. Null if there is none, or no need.
   */
  @Nullable MemberId standIn(MemberId holder, Set<MemberId> reachable) {
    Slot slot = slots.get(holder);
    if (slot == null || slot.standing == Standing.SUCCEEDED) {
      return null;
    }
    return slot.standIn == null ? nextStandIn(slot, reachable) : slot.standIn;
  }

  /**
   * Has somebody else stand in where one is silent, or the same again where there is nobody else.
   * An answer of the one before still counts.
   */
  MemberId replace(MemberId silentStandIn, Set<MemberId> reachable) {
    MemberId next = nextStandIn(requireNonNull(standIns.get(silentStandIn)), reachable);
    return next == null ? silentStandIn : next;
  }

  /** The holder in whose place it was asked. */
  MemberId holderFor(MemberId standIn) {
    return requireNonNull(standIns.get(standIn)).holder;
  }

  private @Nullable MemberId nextStandIn(Slot slot, Set<MemberId> reachable) {
    for (int i = 0; slot.standInsTried < MOST_STAND_INS && i < fallbacks.size(); i++) {
      if (reachable.contains(fallbacks.get(i))) {
        MemberId next = fallbacks.remove(i);
        slot.standIn = next;
        slot.standInsTried++;
        standIns.put(next, slot);
        move(slot, Standing.OPEN);
        return next;
      }
    }
    return null;
  }

  /** Whether it is one of the key's holders itself. */
  boolean isHolder(MemberId replica) {
    return slots.containsKey(replica);
  }

  /** Whether it is a holder, or has been asked to stand in for one. */
  boolean isAsked(MemberId replica) {
    return slotOf(replica) != null;
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

  int succeeded() {
    return succeeded;
  }

  /** The holders that are waited for. */
  List<MemberId> awaitedHolders() {
    return holdersOf(slot -> slot.standing == Standing.OPEN && slot.awaitsHolder);
  }

  /** Those that are waited for in the place of a holder. */
  List<MemberId> awaitedStandIns() {
    List<MemberId> awaited = new ArrayList<>(0);
    standIns.forEach(
        (standIn, slot) -> {
          if (slot.standing == Standing.OPEN && standIn.equals(slot.standIn)) {
            awaited.add(standIn);
          }
        });
    return awaited;
  }

  /** All that are waited for. */
  List<MemberId> awaited() {
    List<MemberId> awaited = awaitedHolders();
    awaited.addAll(awaitedStandIns());
    return awaited;
  }

  /** The holders for whom nobody is waited any more. */
  List<MemberId> givenUp() {
    return holdersOf(slot -> slot.standing == Standing.GIVEN_UP);
  }

  /** The holders of whom neither they nor anybody in their place has succeeded. */
  List<MemberId> withoutSuccess() {
    return holdersOf(slot -> slot.standing != Standing.SUCCEEDED);
  }

  private List<MemberId> holdersOf(Predicate<Slot> are) {
    List<MemberId> holders = new ArrayList<>(slots.size());
    for (Slot slot : slots.values()) {
      if (are.test(slot)) {
        holders.add(slot.holder);
      }
    }
    return holders;
  }

  private @Nullable Slot slotOf(MemberId replica) {
    Slot slot = slots.get(replica);
    return slot == null ? standIns.get(replica) : slot;
  }

  private boolean move(Slot slot, Standing to) {
    Standing from = slot.standing;
    if (from == to || from == Standing.SUCCEEDED) {
      return false;
    }
    slot.standing = to;
    open += (to == Standing.OPEN ? 1 : 0) - (from == Standing.OPEN ? 1 : 0);
    succeeded += to == Standing.SUCCEEDED ? 1 : 0;
    return true;
  }
}
