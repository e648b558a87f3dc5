package io.dynamokv.ring;

import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * Settles tokens: gives each to the member with which it costs least, which may be the one that has
 * it. Used once; not thread-safe.
 */
final class PlacementSearch {
  /** A bound on the passes; they nearly always end earlier, because nothing changes any more. */
  private static final int MAX_PASSES = 8;

  /**
   * A bound on the search for misplaced tokens, which is about a second's work. All passes over
   * 1024 partitions with 64 members stay below it; with more, the search is less thorough.
   */
  private static final int MAX_TRIES = 1 << 19;

  private final Placement placement;
  private final int mostMoved;
  private int triesLeft = MAX_TRIES;

  /**
   * @param mostMoved how many pairs, in all, may be placed anew
   */
  PlacementSearch(Placement placement, int mostMoved) {
    this.placement = placement;
    this.mostMoved = mostMoved;
  }

  /** Repeats a pass until it changes nothing. */
  static void repeat(BooleanSupplier pass) {
    for (int done = 0; done < MAX_PASSES && pass.getAsBoolean(); done++) {}
  }

  /** Settles these tokens, which may have no owner, and no other. */
  void settle(int[] tokens) {
    repeat(
        () -> {
          boolean changed = false;
          for (int token : tokens) {
            changed |= settle(token, member -> true);
          }
          return changed;
        });
  }

  /**
   * Settles the tokens where walks are stretched; and, while any member is a token or more away
   * from its fair share, those of members ahead of theirs, with members behind theirs.
   */
  void settleMisplaced() {
    repeat(
        () -> {
          boolean changed = false;
          boolean balanced = placement.holdings().areBalanced();
          for (int i = 0; i < placement.partitions() && triesLeft > 0; i++) {
            changed |= settleIfMisplaced(scattered(i), balanced);
          }
          return changed;
        });
  }

  private boolean settleIfMisplaced(int token, boolean balanced) {
    if (placement.isStretched(token)) {
      return settle(token, member -> true);
    }
    return !balanced
        && placement.holdings().isAhead(placement.ownerOf(token))
        && settle(token, member -> !placement.holdings().isAhead(member));
  }

  /** The tokens in another order, which leaves what a bound cuts off all over the ring. */
  private int scattered(int index) {
    // An odd factor permutes the numbers below a power of two.
    return (index * 0x9e3779b1) & (placement.partitions() - 1);
  }

  private boolean settle(int token, IntPredicate candidates) {
    int former = placement.ownerOf(token);
    if (!placement.isMovable(token)) {
      return false;
    }
    int best = former;
    long bestCost = former == Placement.NOBODY ? Long.MAX_VALUE : placement.cost();
    // Among equals the first that is tried wins: it should not always be the same.
    int offset = (int) Math.floorMod(TokenDealer.mix(token), placement.members());
    for (int i = 0; i < placement.members(); i++) {
      int member = (offset + i) % placement.members();
      if (candidates.test(member) && costWith(token, member) < bestCost) {
        best = member;
        bestCost = placement.cost();
      }
    }
    placement.assign(token, best);
    return best != former;
  }

  private long costWith(int token, int member) {
    triesLeft--;
    placement.assign(token, member);
    return placement.moved() > mostMoved ? Long.MAX_VALUE : placement.cost();
  }
}
