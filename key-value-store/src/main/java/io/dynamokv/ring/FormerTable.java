package io.dynamokv.ring;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A table before a change, in the numbers that the members have after it. Immutable. */
final class FormerTable {
  private final Ring ring;
  private final int members;
  private final Map<MemberId, Integer> numbers = new HashMap<>();

  /**
   * @param members those after the change, sorted by their ids
   */
  FormerTable(TokenTable table, List<RingMember> members, int replicas) {
    ring = Ring.of(table, replicas);
    this.members = members.size();
    members.forEach(member -> numbers.put(member.id(), numbers.size()));
  }

  /** The owner of each token; nobody, if it is no longer a member. */
  int[] owners() {
    return IntStream.range(0, partitions())
        .map(token -> numberOf(ring.tokens().ownerOf(token)))
        .toArray();
  }

  /** The (partition, holder) pairs of those who are still members. */
  BitSet pairs() {
    BitSet pairs = new BitSet(partitions() * members);
    for (int partition = 0; partition < partitions(); partition++) {
      for (MemberId holder : ring.preferenceListOf(partition).holders()) {
        int number = numberOf(holder);
        if (number != Placement.NOBODY) {
          pairs.set(Placement.pair(partition, number, members));
        }
      }
    }
    return pairs;
  }

  /** The same, and all pairs of a newcomer. */
  BitSet pairsAndAllOf(int newcomer) {
    BitSet pairs = pairs();
    for (int partition = 0; partition < partitions(); partition++) {
      pairs.set(Placement.pair(partition, newcomer, members));
    }
    return pairs;
  }

  /** How many partitions a member held. */
  int pairsOf(MemberId id) {
    return ring.partitionsHeldBy(id).cardinality();
  }

  private int partitions() {
    return ring.partitions().count();
  }

  private int numberOf(MemberId id) {
    return numbers.getOrDefault(id, Placement.NOBODY);
  }
}
