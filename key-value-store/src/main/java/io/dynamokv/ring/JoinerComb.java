package io.dynamokv.ring;

import java.util.Arrays;

/**
 * Where a joiner takes its tokens: the ring is divided into equally long sections, and one token is
 * taken in each. Which one is open to choice, section by section. Sections keep the joiner's tokens
 * apart by construction, and let each choice look at a handful of tokens instead of all. Not
 * thread-safe.
 */
final class JoinerComb {
  private static final int NONE = -1;

  private final int joiner;
  private final int[] formerOwners;

  /** For each section the token that is taken, or NONE. */
  private final int[] taken;

  /**
   * @param formerOwners the owner of each token before the join, in the numbers of after it
   * @param sections how many tokens to take, at least 1
   */
  JoinerComb(int[] formerOwners, int joiner, int sections, int members) {
    this.joiner = joiner;
    this.formerOwners = formerOwners;
    taken = new int[sections];
    int[] tokens = Placement.countTokens(formerOwners, members);
    for (int section = 0; section < sections; section++) {
      taken[section] = firstMovable(section, tokens);
      if (taken[section] != NONE) {
        tokens[formerOwners[taken[section]]]--;
      }
    }
  }

  private int firstMovable(int section, int[] tokens) {
    for (int token = start(section); token < start(section + 1); token++) {
      if (tokens[formerOwners[token]] > 1) {
        return token;
      }
    }
    return NONE;
  }

  private int start(int section) {
    return (int) ((long) section * formerOwners.length / taken.length);
  }

  /** The owner of each token when the comb's are taken. */
  int[] owners() {
    int[] owners = formerOwners.clone();
    Arrays.stream(taken).filter(token -> token != NONE).forEach(token -> owners[token] = joiner);
    return owners;
  }

  /** Chooses again in every section; returns whether any choice has changed. */
  boolean improve(Placement placement) {
    boolean changed = false;
    for (int section = 0; section < taken.length; section++) {
      if (taken[section] != NONE) {
        int before = taken[section];
        taken[section] = cheapest(placement, section);
        changed |= taken[section] != before;
      }
    }
    return changed;
  }

  private int cheapest(Placement placement, int section) {
    int best = taken[section];
    long bestCost = placement.cost();
    placement.assign(best, formerOwners[best]);
    int first = start(section);
    int size = start(section + 1) - first;
    // Among equals the first that is looked at wins: it should not always stand at the front.
    int offset = (int) Math.floorMod(TokenDealer.mix(section), size);
    for (int i = 0; i < size; i++) {
      int token = first + (offset + i) % size;
      if (placement.isMovable(token)) {
        placement.assign(token, joiner);
        if (placement.cost() < bestCost) {
          best = token;
          bestCost = placement.cost();
        }
        placement.assign(token, formerOwners[token]);
      }
    }
    placement.assign(best, joiner);
    return best;
  }
}
