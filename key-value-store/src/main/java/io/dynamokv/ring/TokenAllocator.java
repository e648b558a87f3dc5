package io.dynamokv.ring;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Decides which member owns which tokens. Pure: the same members or the same table give the same
 * result on every machine, in whatever order the members are named. Thread-safe.
 *
 * <p>With equal members, in equally large racks if in any, every member's share of the (partition,
 * holder) pairs stays close to fair as members come and go, and a join or a leave moves hardly more
 * pairs than it must; {@code docs/ring.md} has the figures. Both need about 16 partitions for each
 * member, or more. Racks of different sizes can make an equal share impossible, or a move that
 * keeps it: then movement is kept low and shares come as near as that allows.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), sections 4.2, 4.3 and 6.2 (strategy 3).
 * How tokens are chosen is this class's own.
 */
public final class TokenAllocator {
  /*
   * What makes a good table
   *
   * The paper's third strategy gives each of S nodes P/S of P tokens and leaves open which. That
   * matters as soon as keys have N holders. Take a ring in which no member owns two of any N tokens
   * in a row, nor a rack more of them than it should have holders. Then every walk is complete after
   * exactly N tokens: it is not stretched. A token means N pairs, no more and no less, so shares
   * follow the number of tokens; and a token that changes hands moves N pairs, so that movement
   * follows it too. In a ring with repeats neither holds: a token that follows another of the same
   * owner is worth less than N pairs, and when a node leaves, tokens beyond it that the walk used to
   * pass over come into play and move pairs the leaver never had.
   *
   * So three things have a price (see Placement): the square of each member's distance from its fair
   * share of pairs, each token by which a walk is stretched, and each pair that is placed anew
   * although it need not be. They are counted on the actual preference lists, racks and all, not
   * estimated from tokens: small rings have no room to keep every N tokens distinct, and a rack with
   * a single node stretches every walk. Changing one owner changes about N lists, so a step can be
   * tried for the price of N short walks, and trying is how all is decided.
   *
   * The prices are parts of a member's mean share, because a deviation is judged in per cent. Were
   * stretching cheap, repeats would pile up over many joins and leaves; were it dear, small rings,
   * which can not do without repeats, would lose balance. Movement costs enough that a leave moves
   * practically nothing in vain, not so much that racks of unequal size never come to rest. Factors
   * of two up or down change little.
   *
   * How one is made
   *
   * From nothing, TokenDealer deals the tokens out in rounds, which is perfect but for the seam where
   * the last token meets the first and for racks that do not go up in N. Every token that is not well
   * placed is then offered to all members, and goes where that costs least, for a few passes.
   *
   * A joiner takes tokens and nothing else changes hands. JoinerComb takes one in each of as many
   * sections as it should have tokens: they come out S tokens apart on average, never crowded, and
   * each section holds tokens of nearly all members, so whoever is ahead of the fair share can be
   * found there. Each section settles for its cheapest token; passes are repeated until nothing
   * changes.
   *
   * A leaver's tokens become nobody's, which walks pass over. Each is then given to the member with
   * which that costs least, and passes over these tokens alone are repeated likewise. No other token
   * moves.
   *
   * Where every member holds everything before or after the change (S <= N), tokens can be dealt
   * anew at no cost: the pairs that must move are the same for any table. A ring that has shrunk
   * that far is as good as new.
   *
   * Nothing here is random. Where costs are equal, hashes of fixed numbers choose, which spreads a
   * node's neighbours, and so the work of standing in for it, over many others.
   */

  /** A bound on the passes; they nearly always end earlier, because nothing changes any more. */
  private static final int MAX_PASSES = 8;

  private TokenAllocator() {}

  /**
   * A table for members that begin together.
   *
   * @param members in any order
   * @param replicas N, at least 1
   * @throws IllegalArgumentException if there is no member, more members than partitions, one named
   *     twice, or no replica
   */
  public static TokenTable initial(
      Collection<RingMember> members, Partitions partitions, int replicas) {
    List<RingMember> sorted = TokenTable.sorted(members, partitions);
    HolderRule rule = HolderRule.of(sorted, replicas);
    int[] owners = TokenDealer.deal(sorted, rule, partitions.count());
    BitSet allPairs = new BitSet();
    allPairs.set(0, partitions.count() * sorted.size());
    Placement placement = new Placement(rule, owners, allPairs);
    repeat(() -> moveMisplaced(placement));
    return new TokenTable(partitions, sorted, owners);
  }

  /**
   * The table after one member more has joined: it has taken tokens from the others.
   *
   * @param replicas N, at least 1; the same that the table was made for
   * @throws IllegalArgumentException if it is a member already, if there are as many members as
   *     partitions, or no replica
   */
  public static TokenTable join(TokenTable table, RingMember joiner, int replicas) {
    List<RingMember> members = new ArrayList<>(table.members());
    members.add(joiner);
    List<RingMember> sorted = TokenTable.sorted(members, table.partitions());
    if (table.members().size() <= replicas) {
      return initial(sorted, table.partitions(), replicas);
    }
    HolderRule rule = HolderRule.of(sorted, replicas);
    int joinerAt = sorted.indexOf(joiner);
    int[] formerOwners = renumbered(table, sorted);
    double tokens = rule.fairHoldings()[joinerAt] / rule.holders() * formerOwners.length;
    int wanted = Math.max(1, (int) Math.round(tokens));
    JoinerComb comb = new JoinerComb(formerOwners, joinerAt, wanted, sorted.size());
    BitSet free = pairsHeld(table, sorted, replicas);
    for (int partition = 0; partition < formerOwners.length; partition++) {
      free.set(Placement.pair(partition, joinerAt, sorted.size()));
    }
    Placement placement = new Placement(rule, comb.owners(), free);
    repeat(() -> comb.improve(placement));
    return new TokenTable(table.partitions(), sorted, placement.owners());
  }

  /**
   * The table after a member has left: the others have its tokens.
   *
   * @param replicas N, at least 1; the same that the table was made for
   * @throws IllegalArgumentException if it is no member, or the only one, or if there is no replica
   */
  public static TokenTable leave(TokenTable table, MemberId leaver, int replicas) {
    List<RingMember> members = new ArrayList<>(table.members());
    if (!members.removeIf(member -> member.id().equals(leaver)) || members.isEmpty()) {
      throw new IllegalArgumentException("not a member, or the only one: " + leaver);
    }
    List<RingMember> rest = List.copyOf(members);
    if (rest.size() <= replicas) {
      return initial(rest, table.partitions(), replicas);
    }
    int[] owners = renumbered(table, rest);
    int[] tokens = table.tokensOf(leaver).stream().mapToInt(token -> token).toArray();
    BitSet free = pairsHeld(table, rest, replicas);
    Placement placement = new Placement(HolderRule.of(rest, replicas), owners, free);
    repeat(() -> moveAll(placement, tokens));
    return new TokenTable(table.partitions(), rest, owners);
  }

  /** Repeats a pass until it changes nothing. */
  private static void repeat(BooleanSupplier pass) {
    for (int done = 0; done < MAX_PASSES && pass.getAsBoolean(); done++) {}
  }

  private static boolean moveMisplaced(Placement placement) {
    boolean changed = false;
    boolean balanced = placement.isBalanced();
    for (int token = 0; token < placement.owners().length; token++) {
      if (!balanced || placement.isStretched(token)) {
        changed |= moveToCheapest(placement, token);
      }
    }
    return changed;
  }

  private static boolean moveAll(Placement placement, int[] tokens) {
    boolean changed = false;
    for (int token : tokens) {
      changed |= moveToCheapest(placement, token);
    }
    return changed;
  }

  private static boolean moveToCheapest(Placement placement, int token) {
    int former = placement.ownerOf(token);
    if (!placement.isMovable(token)) {
      return false;
    }
    int best = former;
    long bestCost = former == Placement.NOBODY ? Long.MAX_VALUE : placement.cost();
    int offset = (int) Math.floorMod(TokenDealer.mix(token), placement.members());
    for (int i = 0; i < placement.members(); i++) {
      int member = (offset + i) % placement.members();
      placement.assign(token, member);
      if (placement.cost() < bestCost) {
        best = member;
        bestCost = placement.cost();
      }
    }
    placement.assign(token, best);
    return best != former;
  }

  /** For each token where its owner stands among these members, or NOBODY. */
  private static int[] renumbered(TokenTable table, List<RingMember> members) {
    Map<MemberId, Integer> numbers = numbers(members);
    return IntStream.range(0, table.partitions().count())
        .map(token -> numbers.getOrDefault(table.ownerOf(token), Placement.NOBODY))
        .toArray();
  }

  /** The (partition, holder) pairs of a table, in the numbers of these members. */
  private static BitSet pairsHeld(TokenTable table, List<RingMember> members, int replicas) {
    Map<MemberId, Integer> numbers = numbers(members);
    Ring ring = Ring.of(table, replicas);
    BitSet pairs = new BitSet();
    for (int partition = 0; partition < table.partitions().count(); partition++) {
      for (MemberId holder : ring.preferenceListOf(partition).holders()) {
        Integer number = numbers.get(holder);
        if (number != null) {
          pairs.set(Placement.pair(partition, number, members.size()));
        }
      }
    }
    return pairs;
  }

  private static Map<MemberId, Integer> numbers(List<RingMember> members) {
    Map<MemberId, Integer> numbers = new HashMap<>();
    for (RingMember member : members) {
      numbers.put(member.id(), numbers.size());
    }
    return numbers;
  }
}
