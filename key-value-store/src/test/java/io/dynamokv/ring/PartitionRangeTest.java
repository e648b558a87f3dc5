package io.dynamokv.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.BitSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PartitionRangeTest {
  private static final Partitions PARTITIONS = new Partitions(16);

  @Test
  void neighbours_become_one_range_but_never_across_the_end_of_the_ring() {
    List<PartitionRange> ranges = PartitionRange.covering(set(0, 1, 5, 15), PARTITIONS);

    assertThat(ranges)
        .containsExactly(
            new PartitionRange(0, 1, 0, 0x1fff_ffff_ffff_ffffL),
            new PartitionRange(5, 5, 0x5000_0000_0000_0000L, 0x5fff_ffff_ffff_ffffL),
            new PartitionRange(15, 15, 0xf000_0000_0000_0000L, -1));
  }

  @Test
  void nothing_is_covered_by_no_range() {
    assertThat(PartitionRange.covering(new BitSet(), PARTITIONS)).isEmpty();
  }

  @Test
  void a_partition_that_does_not_exist_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PartitionRange.covering(set(16), PARTITIONS));
  }

  @Property
  void ranges_cover_the_set_and_nothing_else(@ForAll Set<@IntRange(max = 15) Integer> partitions) {
    BitSet set = new BitSet();
    partitions.forEach(set::set);
    BitSet covered = new BitSet();

    for (PartitionRange range : PartitionRange.covering(set, PARTITIONS)) {
      covered.set(range.firstPartition(), range.lastPartition() + 1);
    }

    assertThat(covered).isEqualTo(set);
  }

  private static BitSet set(int... partitions) {
    BitSet set = new BitSet();
    for (int partition : partitions) {
      set.set(partition);
    }
    return set;
  }
}
