package io.dynamokv.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionsTest {
  @Test
  void positions_are_read_as_unsigned() {
    Partitions partitions = new Partitions(4);

    assertThat(partitions.partitionOf(0)).isEqualTo(0);
    assertThat(partitions.partitionOf(Long.MAX_VALUE)).isEqualTo(1);
    assertThat(partitions.partitionOf(Long.MIN_VALUE)).isEqualTo(2);
    assertThat(partitions.partitionOf(-1)).isEqualTo(3);
  }

  @Test
  void a_single_partition_is_the_whole_ring() {
    Partitions partitions = new Partitions(1);

    assertThat(partitions.firstPosition(0)).isZero();
    assertThat(partitions.lastPosition(0)).isEqualTo(-1);
    assertThat(partitions.partitionOf(-1)).isZero();
    assertThat(partitions.partitionOf(Long.MIN_VALUE)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64, 1024, 65536})
  void partitions_follow_each_other_without_gap_or_overlap(int count) {
    Partitions partitions = new Partitions(count);

    assertThat(partitions.firstPosition(0)).isZero();
    assertThat(partitions.lastPosition(count - 1)).isEqualTo(-1);
    for (int partition = 1; partition < count; partition++) {
      assertThat(partitions.firstPosition(partition))
          .isEqualTo(partitions.lastPosition(partition - 1) + 1);
    }
  }

  @Property
  void the_partition_is_the_position_times_the_count_over_the_ring(
      @ForAll long position, @ForAll @IntRange(max = 16) int bits) {
    BigInteger unsigned = new BigInteger(Long.toUnsignedString(position));
    BigInteger expected = unsigned.multiply(BigInteger.ONE.shiftLeft(bits)).shiftRight(64);

    assertThat(new Partitions(1 << bits).partitionOf(position)).isEqualTo(expected.intValue());
  }

  @Property
  void a_partition_contains_its_positions(
      @ForAll long position, @ForAll @IntRange(max = 16) int bits) {
    Partitions partitions = new Partitions(1 << bits);
    int partition = partitions.partitionOf(position);

    assertThat(Long.compareUnsigned(partitions.firstPosition(partition), position)).isNotPositive();
    assertThat(Long.compareUnsigned(partitions.lastPosition(partition), position)).isNotNegative();
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 3, 1000, 1 << 17})
  void a_count_that_is_no_power_of_two_in_range_is_refused(int count) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Partitions(count))
        .withMessageContaining("power of two")
        .withMessageContaining(String.valueOf(count));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 8})
  void a_partition_that_does_not_exist_is_refused(int partition) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Partitions(8).firstPosition(partition))
        .withMessageContaining("0 to 7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Partitions(8).lastPosition(partition));
  }
}
