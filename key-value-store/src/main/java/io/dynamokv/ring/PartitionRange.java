package io.dynamokv.ring;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Partitions that follow each other, and the positions they cover. Immutable. A range never crosses
 * the end of the ring, so its positions can be scanned in one go.
 *
 * @param firstPartition 0 .. P-1
 * @param lastPartition included; not less than the first
 * @param firstPosition to be read as unsigned
 * @param lastPosition to be read as unsigned; included
 */
public record PartitionRange(
    int firstPartition, int lastPartition, long firstPosition, long lastPosition) {

  /**
   * The fewest ranges that cover a set of partitions, in the order of the ring.
   *
   * @throws IllegalArgumentException if the set names a partition that does not exist
   */
  public static List<PartitionRange> covering(BitSet set, Partitions partitions) {
    List<PartitionRange> ranges = new ArrayList<>();
    for (int first = set.nextSetBit(0); first >= 0; ) {
      int next = set.nextClearBit(first);
      ranges.add(
          new PartitionRange(
              first, next - 1, partitions.firstPosition(first), partitions.lastPosition(next - 1)));
      first = set.nextSetBit(next);
    }
    return List.copyOf(ranges);
  }
}
