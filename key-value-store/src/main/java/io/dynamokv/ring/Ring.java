package io.dynamokv.ring;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who should hold what: a preference list for every partition. Immutable and thread-safe. All lists
 * are made beforehand, so looking one up takes constant time and no memory; together they take room
 * for P times S names. Equal tables, replicas and racks make equal rings, on every machine.
 *
 * <p>The walk starts at the key's partition and passes the tokens clockwise. Holders are the first
 * N distinct members it meets, except that no rack gives its second before every rack has given its
 * first (nor its third before all seconds, as far as racks are large enough), in the order of the
 * walk; fallbacks are all others, in the same order.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), sections 4.2 and 4.3.
 */
public final class Ring {
  private final TokenTable tokens;
  private final int replicas;
  private final PreferenceList[] lists;
  private final Map<MemberId, BitSet> held;

  private Ring(
      TokenTable tokens, int replicas, PreferenceList[] lists, Map<MemberId, BitSet> held) {
    this.tokens = tokens;
    this.replicas = replicas;
    this.lists = lists;
    this.held = held;
  }

  /**
   * Makes all the lists.
   *
   * @param replicas N, at least 1; lists are shorter where there are fewer members
   * @throws IllegalArgumentException if there is no replica
   */
  public static Ring of(TokenTable tokens, int replicas) {
    PreferenceList[] lists = new ListMaker(tokens, replicas).lists();
    Map<MemberId, BitSet> held = new HashMap<>();
    for (PreferenceList list : lists) {
      for (MemberId holder : list.holders()) {
        held.computeIfAbsent(holder, id -> new BitSet(lists.length)).set(list.partition());
      }
    }
    return new Ring(tokens, replicas, lists, held);
  }

  /** Who should hold a key. */
  public PreferenceList preferenceList(Key key) {
    return preferenceList(key.position());
  }

  /** Who should hold what is at a position, which is read as unsigned. */
  public PreferenceList preferenceList(long position) {
    return lists[tokens.partitions().partitionOf(position)];
  }

  /**
   * Who should hold a partition.
   *
   * @throws IllegalArgumentException if there is no such partition
   */
  public PreferenceList preferenceListOf(int partition) {
    tokens.partitions().check(partition);
    return lists[partition];
  }

  /** Who owns which token. */
  public TokenTable tokens() {
    return tokens;
  }

  /** How the ring is cut. */
  public Partitions partitions() {
    return tokens.partitions();
  }

  /** N, as wanted; lists are shorter where there are fewer members. */
  public int replicas() {
    return replicas;
  }

  /** All members, in the order of their ids. */
  public List<RingMember> members() {
    return tokens.members();
  }

  /** The tokens of a member, ascending; none if it is not a member. */
  public List<Integer> tokensOf(MemberId id) {
    return tokens.tokensOf(id);
  }

  /** A member's part of all (partition, holder) pairs, 0 to 1; 0 if it is not a member. */
  public double share(MemberId id) {
    return (double) heldBy(id).cardinality() / (lists.length * lists[0].holders().size());
  }

  /** Whether a member is among the holders of a partition. */
  public boolean holds(MemberId id, int partition) {
    tokens.partitions().check(partition);
    return heldBy(id).get(partition);
  }

  /** The partitions that a member holds, in a set of the caller's own. */
  public BitSet partitionsHeldBy(MemberId id) {
    return (BitSet) heldBy(id).clone();
  }

  /** What a member holds, as ranges that can be scanned, in the order of the ring. */
  public List<PartitionRange> rangesHeldBy(MemberId id) {
    return PartitionRange.covering(heldBy(id), tokens.partitions());
  }

  /** What a member holds now and did not hold in another ring of as many partitions. */
  public List<PartitionRange> rangesGainedBy(MemberId id, Ring before) {
    BitSet gained = partitionsHeldBy(id);
    gained.andNot(before.heldBy(id));
    return PartitionRange.covering(gained, tokens.partitions());
  }

  private BitSet heldBy(MemberId id) {
    return held.getOrDefault(id, new BitSet());
  }

  @Override
  public String toString() {
    return "ring of " + tokens + ", " + replicas + " replicas";
  }

  /**
   * Makes the lists from the last partition to the first: the order in which a walk meets the
   * members is that of the next partition's walk, with the owner of the first token put in front.
   */
  private static final class ListMaker {
    private final TokenTable tokens;
    private final HolderRule rule;
    private final HolderRule.Walk walk;
    private final int partitions;
    private final int[] order;

    ListMaker(TokenTable tokens, int replicas) {
      this.tokens = tokens;
      rule = HolderRule.of(tokens.members(), replicas);
      walk = rule.newWalk();
      partitions = tokens.partitions().count();
      order = new int[rule.members()];
      Arrays.setAll(order, member -> member);
    }

    PreferenceList[] lists() {
      // Once around puts every member in its place.
      for (int token = partitions - 1; token >= 0; token--) {
        putInFront(tokens.ownerIndex(token));
      }
      PreferenceList[] lists = new PreferenceList[partitions];
      for (int partition = partitions - 1; partition >= 0; partition--) {
        putInFront(tokens.ownerIndex(partition));
        lists[partition] = list(partition);
      }
      return lists;
    }

    private void putInFront(int member) {
      int at = 0;
      while (order[at] != member) {
        at++;
      }
      System.arraycopy(order, 0, order, 1, at);
      order[0] = member;
    }

    private PreferenceList list(int partition) {
      MemberId[] holders = new MemberId[rule.holders()];
      MemberId[] fallbacks = new MemberId[order.length - holders.length];
      int holder = 0;
      int fallback = 0;
      walk.begin();
      for (int member : order) {
        MemberId id = tokens.members().get(member).id();
        if (walk.takes(member)) {
          holders[holder++] = id;
        } else {
          fallbacks[fallback++] = id;
        }
      }
      return new PreferenceList(partition, List.of(holders), List.of(fallbacks));
    }
  }
}
