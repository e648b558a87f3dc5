package io.dynamokv.ring;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Deals the tokens of a ring out from nothing, one after another in the order of the walk. Each
 * goes to a member that did not get one of the N-1 before it, in a rack that still had room among
 * those, and of these to the one that is furthest behind its share. Most of the time several are
 * equally far behind: then a hash of the name and the token decides, so that the order of the
 * members changes from round to round and a node's neighbours are many. Used once; not thread-safe.
 */
final class TokenDealer {
  private final HolderRule rule;
  private final long[] hashes;
  private final double[] tokenShares;
  private final double[] rackShares;
  private final int[] owners;
  private final int[] dealt;
  private final int[] dealtToRack;
  private int without;

  /** Of the last N-1 tokens: who got one, and how many each rack got. */
  private final boolean[] isNear;

  private final int[] nearInRack;

  private TokenDealer(List<RingMember> members, HolderRule rule, int tokens) {
    this.rule = rule;
    hashes = members.stream().mapToLong(member -> hash(member.id())).toArray();
    tokenShares = new double[members.size()];
    rackShares = new double[rule.rackCount()];
    double[] fair = rule.fairHoldings();
    for (int member = 0; member < tokenShares.length; member++) {
      int rack = rule.rackOf(member);
      tokenShares[member] = fair[member] / rule.holders();
      rackShares[rack] = tokenShares[member] * rule.rackSize(rack);
    }
    owners = new int[tokens];
    Arrays.fill(owners, Placement.NOBODY);
    dealt = new int[members.size()];
    dealtToRack = new int[rule.rackCount()];
    without = members.size();
    isNear = new boolean[members.size()];
    nearInRack = new int[rule.rackCount()];
  }

  /**
   * For each token the number of its owner; every member gets at least one.
   *
   * @param members sorted by their ids; no more than there are tokens
   */
  static int[] deal(List<RingMember> members, HolderRule rule, int tokens) {
    TokenDealer dealer = new TokenDealer(members, rule, tokens);
    for (int token = 0; token < tokens; token++) {
      dealer.deal(token);
    }
    return dealer.owners;
  }

  private void deal(int token) {
    lookBack(token);
    int best = 0;
    for (int member = 1; member < dealt.length; member++) {
      if (compare(token, member, best) < 0) {
        best = member;
      }
    }
    owners[token] = best;
    without -= dealt[best] == 0 ? 1 : 0;
    dealt[best]++;
    dealtToRack[rule.rackOf(best)]++;
  }

  private void lookBack(int token) {
    Arrays.fill(isNear, false);
    Arrays.fill(nearInRack, 0);
    for (int near = Math.max(0, token - rule.holders() + 1); near < token; near++) {
      isNear[owners[near]] = true;
      nearInRack[rule.rackOf(owners[near])]++;
    }
  }

  /** Less than 0 if a member should get this token rather than another. */
  private int compare(int token, int member, int other) {
    int order = Integer.compare(conflict(token, member), conflict(token, other));
    if (order == 0) {
      order = Double.compare(rackLead(token, member), rackLead(token, other));
    }
    if (order == 0) {
      order = Double.compare(lead(token, member), lead(token, other));
    }
    return order != 0 ? order : Long.compare(lot(token, member), lot(token, other));
  }

  private int conflict(int token, int member) {
    int rack = rule.rackOf(member);
    boolean wouldStarve = dealt[member] > 0 && owners.length - token <= without;
    return (wouldStarve ? 4 : 0)
        + (isNear[member] ? 2 : 0)
        + (nearInRack[rack] >= rule.mostHoldersIn(rack) ? 1 : 0);
  }

  private double rackLead(int token, int member) {
    int rack = rule.rackOf(member);
    return dealtToRack[rack] - (token + 1) * rackShares[rack];
  }

  private double lead(int token, int member) {
    return dealt[member] - (token + 1) * tokenShares[member];
  }

  private long lot(int token, int member) {
    return mix(hashes[member] + token * 0x9e3779b97f4a7c15L);
  }

  /** FNV-1a, spread by {@link #mix}. */
  private static long hash(MemberId id) {
    long hash = 0xcbf29ce484222325L;
    for (byte next : id.value().getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ next) * 0x100000001b3L;
    }
    return mix(hash);
  }

  /** Spreads a number over all 64 bits: the finisher of SplitMix64 (Steele et al., 2014). */
  static long mix(long number) {
    long mixed = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
