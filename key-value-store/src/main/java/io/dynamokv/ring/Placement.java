package io.dynamokv.ring;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Tokens while they are being placed: who owns each, the preference lists that follow from it, and
 * what that costs. A change of one owner walks again only from where the walk met that token. Not
 * thread-safe.
 *
 * <p>Invariant: lists, holdings and cost are always those of the present owners.
 */
final class Placement {
  /** The owner of a token that nobody owns yet; walks pass over it. */
  static final int NOBODY = -1;

  /** The price of a stretched walk, as a part of a member's mean share; found by experiment. */
  private static final double STRETCH_PRICE = 1.0 / 16;

  /** The price of a moved pair, in the same measure. */
  private static final double MOVE_PRICE = 1.0 / 3;

  /** How much dearer movement gets where it has turned out too cheap. */
  private static final int RAISE = 8;

  private final HolderRule.Walk walk;
  private final int partitions;
  private final int holders;
  private final int members;
  private final int[] owners;
  private final int[] tokens;

  /** The holders of partition p, from p * holders on; NOBODY where the walk found too few. */
  private final int[] lists;

  /** How many tokens the walk from each partition passes until it is complete. */
  private final int[] lengths;

  private final Holdings holdings;
  private final BitSet free;
  private final long stretchPrice;
  private long movePrice;
  private long cost;
  private int moved;

  /**
   * @param owners for each token the number of its owner, or {@link #NOBODY}; kept and changed
   * @param free the pairs, numbered by {@link #pair}, that need not be moved, or do not count
   */
  Placement(HolderRule rule, int[] owners, BitSet free) {
    this.owners = owners;
    this.free = free;
    walk = rule.newWalk();
    partitions = owners.length;
    holders = rule.holders();
    members = rule.members();
    tokens = countTokens(owners, members);
    lists = new int[partitions * holders];
    lengths = new int[partitions];
    holdings = new Holdings(rule, partitions);
    double meanShare = (double) partitions * holders / members;
    stretchPrice = Math.max(1, Math.round(STRETCH_PRICE * meanShare * Holdings.unit()));
    movePrice = Math.max(1, Math.round(MOVE_PRICE * meanShare * Holdings.unit()));
    Arrays.fill(lists, NOBODY);
    for (int partition = 0; partition < partitions; partition++) {
      walkFrom(partition);
    }
  }

  /** How many tokens each member owns. */
  static int[] countTokens(int[] owners, int members) {
    int[] counts = new int[members];
    for (int owner : owners) {
      if (owner != NOBODY) {
        counts[owner]++;
      }
    }
    return counts;
  }

  /** The number of a (partition, member) pair. */
  static int pair(int partition, int member, int members) {
    return partition * members + member;
  }

  int partitions() {
    return partitions;
  }

  int members() {
    return members;
  }

  int ownerOf(int token) {
    return owners[token];
  }

  int[] owners() {
    return owners;
  }

  /** What each member holds at present. */
  Holdings holdings() {
    return holdings;
  }

  /** What the present owners cost; only differences mean anything. */
  long cost() {
    return cost;
  }

  /** How many pairs are placed anew. */
  int moved() {
    return moved;
  }

  /** Makes movement dearer. */
  void raiseMovePrice() {
    cost += moved * movePrice * (RAISE - 1);
    movePrice *= RAISE;
  }

  /** Whether a token may be given away: nobody may lose the last one. */
  boolean isMovable(int token) {
    return owners[token] == NOBODY || tokens[owners[token]] > 1;
  }

  /** Whether a walk that begins close before a token, and so meets it, is stretched. */
  boolean isStretched(int token) {
    return IntStream.range(0, holders)
        .anyMatch(back -> lengths[Math.floorMod(token - back, partitions)] > holders);
  }

  /** Gives a token another owner. */
  void assign(int token, int owner) {
    if (owners[token] != NOBODY) {
      tokens[owners[token]]--;
    }
    if (owner != NOBODY) {
      tokens[owner]++;
    }
    owners[token] = owner;
    // A walk that starts earlier never ends later, so the first that does not meet the token is
    // followed by none that does.
    int partition = token;
    for (int back = 0; back < partitions && lengths[partition] > back; back++) {
      forget(partition);
      walkFrom(partition);
      partition = partition == 0 ? partitions - 1 : partition - 1;
    }
  }

  private void walkFrom(int partition) {
    int at = partition * holders;
    int token = partition;
    int length = 0;
    walk.begin();
    while (!walk.isComplete() && length < partitions) {
      int owner = owners[token];
      if (owner != NOBODY && walk.takes(owner)) {
        lists[at++] = owner;
        count(partition, owner, 1);
      }
      length++;
      token = token + 1 == partitions ? 0 : token + 1;
    }
    lengths[partition] = length;
    cost += stretchPrice * (length - holders);
  }

  private void forget(int partition) {
    int end = (partition + 1) * holders;
    for (int at = partition * holders; at < end && lists[at] != NOBODY; at++) {
      count(partition, lists[at], -1);
      lists[at] = NOBODY;
    }
    cost -= stretchPrice * (lengths[partition] - holders);
  }

  private void count(int partition, int member, int change) {
    cost += holdings.change(member, change);
    if (!free.get(pair(partition, member, members))) {
      cost += change * movePrice;
      moved += change;
    }
  }
}
