package io.dynamokv.ring;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

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
   * practically nothing in vain. Factors of two up or down change little.
   *
   * How one is made
   *
   * From nothing, TokenDealer deals the tokens out in rounds. That is perfect but for the seam, where
   * the last token meets the first, and for racks whose number does not go with N. Tokens that are
   * misplaced are then offered to all members and go where they cost least (PlacementSearch).
   *
   * A joiner takes tokens, and nothing else changes hands. JoinerComb takes one in each of as many
   * sections as it should have tokens: they come out about S tokens apart, never crowded, and each
   * section holds tokens of nearly all members, so whoever is ahead of the fair share can be found
   * there. Each section settles for its cheapest token, again and again until nothing changes.
   *
   * A leaver's tokens become nobody's, which walks pass over. Each is then given to the member with
   * which it costs least, again until nothing changes; and no other token moves.
   *
   * Where racks differ in size, fair shares and low movement can be at odds: the pairs that must move
   * may not be the ones that would make shares fair. Both sides are bounded by an eighth of the
   * unavoidable movement. If a joiner's choice moves more than that among the others, movement is made
   * dearer and it chooses again. If a member is more than a little off in the end, misplaced tokens
   * are moved for balance alone, as far as that eighth goes.
   *
   * Where every member holds everything before or after the change (S <= N), tokens are dealt anew:
   * the pairs that must move are the same for any table. So a ring that has shrunk that far is as
   * good as new.
   *
   * Nothing here is random. Where costs are equal, hashes of fixed numbers choose, which spreads a
   * node's neighbours, and so the work of standing in for it, over many others.
   */

  /** What part of the unavoidable movement may be added to it for the sake of balance. */
  private static final double SPARE_MOVEMENT = 1.0 / 8;

  private TokenAllocator() {}

  /**
   * A table for members that begin together.
   *
   * @param members in any order
   * @param replicas N, at least 1
   * @throws IllegalArgumentException if there is no member, if there are more than partitions or
   *     {@value TokenTable#MAX_MEMBERS}, if one is named twice, or if there is no replica
   */
  public static TokenTable initial(
      Collection<RingMember> members, Partitions partitions, int replicas) {
    List<RingMember> sorted = TokenTable.sorted(members, partitions);
    HolderRule rule = HolderRule.of(sorted, replicas);
    int[] owners = TokenDealer.deal(sorted, rule, partitions.count());
    BitSet allPairs = new BitSet();
    allPairs.set(0, partitions.count() * sorted.size());
    Placement placement = new Placement(rule, owners, allPairs);
    new PlacementSearch(placement, 0).settleMisplaced();
    return new TokenTable(partitions, sorted, placement.owners());
  }

  /**
   * The table after one member more has joined: it has taken tokens from the others.
   *
   * @param replicas N, at least 1; the same that the table was made for
   * @throws IllegalArgumentException if it is a member already, if there are as many as there can
   *     be, or if there is no replica
   */
  public static TokenTable join(TokenTable table, RingMember joiner, int replicas) {
    List<RingMember> members = new ArrayList<>(table.members());
    members.add(joiner);
    List<RingMember> sorted = TokenTable.sorted(members, table.partitions());
    if (table.members().size() <= replicas) {
      return initial(sorted, table.partitions(), replicas);
    }
    int joinerAt = sorted.indexOf(joiner);
    HolderRule rule = HolderRule.of(sorted, replicas);
    FormerTable former = new FormerTable(table, sorted, replicas);
    double tokens = rule.fairHoldings()[joinerAt] / rule.holders() * table.partitions().count();
    int wanted = Math.max(1, (int) Math.round(tokens));
    JoinerComb comb = new JoinerComb(former.owners(), joinerAt, wanted, sorted.size());
    Placement placement = new Placement(rule, comb.owners(), former.pairsAndAllOf(joinerAt));
    PlacementSearch.repeat(() -> comb.improve(placement));
    // The joiner's own pairs are free: whatever moves besides could perhaps have stayed.
    double spare = SPARE_MOVEMENT * placement.holdings().of(joinerAt);
    if (placement.moved() > spare) {
      placement.raiseMovePrice();
      PlacementSearch.repeat(() -> comb.improve(placement));
    }
    evenOut(placement, spare);
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
    FormerTable former = new FormerTable(table, rest, replicas);
    int[] tokens = table.tokensOf(leaver).stream().mapToInt(token -> token).toArray();
    HolderRule rule = HolderRule.of(rest, replicas);
    Placement placement = new Placement(rule, former.owners(), former.pairs());
    new PlacementSearch(placement, Integer.MAX_VALUE).settle(tokens);
    evenOut(placement, (1 + SPARE_MOVEMENT) * former.pairsOf(leaver));
    return new TokenTable(table.partitions(), rest, placement.owners());
  }

  private static void evenOut(Placement placement, double mostMoved) {
    if (!placement.holdings().areNearlyFair()) {
      new PlacementSearch(placement, (int) mostMoved).settleMisplaced();
    }
  }
}
