package io.dynamokv.ring;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Members by number, and the measures that the ring's tests hold it to. */
final class RingFixtures {
  static final int DEFAULT_PARTITIONS = 1024;

  private RingFixtures() {}

  /** The id of a member; the numbers' own order is not that of the ids. */
  static MemberId id(int number) {
    return new MemberId("node-" + number);
  }

  /** A member without a rack, or in the rack that its number falls in. */
  static RingMember member(int number, int racks) {
    return new RingMember(id(number), racks == 1 ? "" : "rack-" + number % racks);
  }

  /** The members 0 .. count-1, dealt to the racks in turn. */
  static List<RingMember> members(int count, int racks) {
    return IntStream.range(0, count).mapToObj(number -> member(number, racks)).toList();
  }

  static TokenTable initial(Collection<RingMember> members, int replicas) {
    return TokenAllocator.initial(members, new Partitions(DEFAULT_PARTITIONS), replicas);
  }

  /** How many (partition, holder) pairs a ring has and another had not. */
  static int newlyPlacedPairs(Ring before, Ring after) {
    int pairs = 0;
    for (int partition = 0; partition < after.partitions().count(); partition++) {
      Set<MemberId> holders = new HashSet<>(after.preferenceListOf(partition).holders());
      holders.removeAll(before.preferenceListOf(partition).holders());
      pairs += holders.size();
    }
    return pairs;
  }

  /** How many partitions a member holds. */
  static int pairsOf(Ring ring, MemberId id) {
    int pairs = 0;
    for (int partition = 0; partition < ring.partitions().count(); partition++) {
      pairs += ring.preferenceListOf(partition).holders().contains(id) ? 1 : 0;
    }
    return pairs;
  }

  /** How far the worst share is from an equal one, as a part of that. */
  static double worstDeviation(Ring ring) {
    double fair = 1.0 / ring.members().size();
    return ring.members().stream()
        .mapToDouble(member -> Math.abs(ring.share(member.id()) / fair - 1))
        .max()
        .orElseThrow();
  }

  /** The walk from a partition, met for met, with no regard to racks. */
  static List<RingMember> walk(TokenTable table, int partition) {
    int partitions = table.partitions().count();
    List<RingMember> walk = new ArrayList<>();
    for (int step = 0; step < partitions; step++) {
      MemberId owner = table.ownerOf((partition + step) % partitions);
      RingMember member =
          table.members().stream()
              .filter(each -> each.id().equals(owner))
              .findFirst()
              .orElseThrow();
      if (!walk.contains(member)) {
        walk.add(member);
      }
    }
    return walk;
  }

  /**
   * The holders, by the plainest reading of the rule: pass over the walk again and again, each time
   * taking at most one member of each rack, until there are enough; then name them as they were
   * met.
   */
  static List<MemberId> holdersByRounds(List<RingMember> walk, int replicas) {
    int wanted = Math.min(replicas, walk.size());
    List<RingMember> chosen = new ArrayList<>();
    while (chosen.size() < wanted) {
      Set<String> served = new HashSet<>();
      for (RingMember member : walk) {
        if (chosen.size() < wanted && !chosen.contains(member) && served.add(member.rack())) {
          chosen.add(member);
        }
      }
    }
    return walk.stream().filter(chosen::contains).map(RingMember::id).toList();
  }
}
