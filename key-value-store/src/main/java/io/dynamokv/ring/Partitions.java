package io.dynamokv.ring;

/**
 * The ring cut into equal slices. Immutable. A position belongs to the partition that its top
 * log2(count) bits name, so partition 0 begins at position 0.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 6.2, strategy 3.
 *
 * @param count a power of two, 1 .. {@value #MAX_COUNT}; fixed for a cluster's life
 */
public record Partitions(int count) {
  /** The most partitions a ring can have. */
  public static final int MAX_COUNT = 1 << 16;

  /**
   * @throws IllegalArgumentException unless the count is a power of two within its range
   */
  public Partitions {
    if (count < 1 || count > MAX_COUNT || Integer.bitCount(count) != 1) {
      throw new IllegalArgumentException(
          "the number of partitions is a power of two from 1 to " + MAX_COUNT + ": " + count);
    }
  }

  /** The partition of a position, which is read as unsigned. */
  public int partitionOf(long position) {
    // In two steps, because a shift by 64 would be a shift by 0.
    return (int) (position >>> 1 >>> (63 - bits()));
  }

  /**
   * The least position of a partition, to be read as unsigned.
   *
   * @throws IllegalArgumentException if there is no such partition
   */
  public long firstPosition(int partition) {
    check(partition);
    return (long) partition << 1 << (63 - bits());
  }

  /**
   * The greatest position of a partition, to be read as unsigned.
   *
   * @throws IllegalArgumentException if there is no such partition
   */
  public long lastPosition(int partition) {
    return firstPosition(partition) + (-1L >>> bits());
  }

  void check(int partition) {
    if (partition < 0 || partition >= count) {
      throw new IllegalArgumentException(
          "partitions are numbered 0 to " + (count - 1) + ": " + partition);
    }
  }

  private int bits() {
    return Integer.numberOfTrailingZeros(count);
  }
}
