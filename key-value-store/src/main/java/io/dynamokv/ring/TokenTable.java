package io.dynamokv.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which member holds the token at each partition boundary. Immutable. Token i is the boundary at
 * the end of partition i, so the walk from a position in partition i meets token i first. Every
 * token has one owner and every member owns at least one token; there are at most {@value
 * #MAX_MEMBERS} members.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 6.2, strategy 3.
 */
public final class TokenTable {
  /** The most members a ring can have. */
  public static final int MAX_MEMBERS = 1024;

  private static final int NOBODY = -1;

  private final Partitions partitions;
  private final List<RingMember> members;

  /** For each token, where its owner stands among the members. */
  private final int[] owners;

  TokenTable(Partitions partitions, List<RingMember> members, int[] owners) {
    this.partitions = partitions;
    this.members = members;
    this.owners = owners;
  }

  /**
   * A table from what every member holds.
   *
   * @param members in any order
   * @param tokens for each member its tokens, 0 .. P-1, in any order
   * @throws IllegalArgumentException if there is no member, or too many, if one is named twice or
   *     has no token, if a token has no owner or two, or does not exist
   */
  public static TokenTable of(
      Partitions partitions,
      Collection<RingMember> members,
      Map<MemberId, ? extends Collection<Integer>> tokens) {
    List<RingMember> sorted = sorted(members, partitions);
    int[] owners = new int[partitions.count()];
    Arrays.fill(owners, NOBODY);
    int claimed = 0;
    for (int owner = 0; owner < sorted.size(); owner++) {
      claimed += claim(owners, sorted, owner, tokens, partitions);
    }
    if (claimed < owners.length || tokens.size() > sorted.size()) {
      throw new IllegalArgumentException(
          "%d members own %d of %d tokens, and %d are said to own some"
              .formatted(sorted.size(), claimed, owners.length, tokens.size()));
    }
    return new TokenTable(partitions, sorted, owners);
  }

  private static int claim(
      int[] owners,
      List<RingMember> members,
      int owner,
      Map<MemberId, ? extends Collection<Integer>> tokens,
      Partitions partitions) {
    MemberId id = members.get(owner).id();
    Collection<Integer> claims = tokens.get(id);
    if (claims == null || claims.isEmpty()) {
      throw new IllegalArgumentException(id + " has no token");
    }
    for (int token : claims) {
      partitions.check(token);
      if (owners[token] != NOBODY) {
        throw new IllegalArgumentException(
            "token %d is named twice: by %s and %s"
                .formatted(token, members.get(owners[token]).id(), id));
      }
      owners[token] = owner;
    }
    return claims.size();
  }

  /** The members in the order of their ids, after a check that each is named once. */
  static List<RingMember> sorted(Collection<RingMember> members, Partitions partitions) {
    List<RingMember> sorted = new ArrayList<>(members);
    sorted.sort(Comparator.comparing(RingMember::id));
    int most = Math.min(MAX_MEMBERS, partitions.count());
    if (sorted.isEmpty() || sorted.size() > most) {
      throw new IllegalArgumentException(
          "a ring of %d partitions has 1 to %d members: %d"
              .formatted(partitions.count(), most, sorted.size()));
    }
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i - 1).id().equals(sorted.get(i).id())) {
        throw new IllegalArgumentException("named twice: " + sorted.get(i).id());
      }
    }
    return List.copyOf(sorted);
  }

  /** How the ring is cut. */
  public Partitions partitions() {
    return partitions;
  }

  /** All members, in the order of their ids. */
  public List<RingMember> members() {
    return members;
  }

  /**
   * Who owns a token.
   *
   * @throws IllegalArgumentException if there is no such token
   */
  public MemberId ownerOf(int token) {
    partitions.check(token);
    return members.get(owners[token]).id();
  }

  /** The tokens of a member, ascending; none if it is not a member. */
  public List<Integer> tokensOf(MemberId id) {
    return IntStream.range(0, owners.length)
        .filter(token -> members.get(owners[token]).id().equals(id))
        .boxed()
        .toList();
  }

  /** Where the owner of a token stands among the members. */
  int ownerIndex(int token) {
    return owners[token];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenTable table
        && partitions.equals(table.partitions)
        && members.equals(table.members)
        && Arrays.equals(owners, table.owners);
  }

  @Override
  public int hashCode() {
    return 31 * members.hashCode() + Arrays.hashCode(owners);
  }

  @Override
  public String toString() {
    return "tokens of " + members.size() + " members in " + partitions.count() + " partitions";
  }
}
