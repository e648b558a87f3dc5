package io.dynamokv.ring;

import static io.dynamokv.ring.RingFixtures.id;
import static io.dynamokv.ring.RingFixtures.members;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RingTest {
  /** Dynamo, 4.2: "the node that is first encountered while walking clockwise". */
  @Test
  void the_first_holder_is_the_owner_of_the_first_token_on_the_walk() {
    Ring ring = Ring.of(RingFixtures.initial(members(5, 1), 3), 3);

    for (int partition = 0; partition < ring.partitions().count(); partition++) {
      assertThat(ring.preferenceListOf(partition).holders().get(0))
          .isEqualTo(ring.tokens().ownerOf(partition));
    }
  }

  /** Dynamo, 4.3: a list skips positions, so that it contains only distinct nodes. */
  @Test
  void a_member_that_is_met_again_is_passed_over() {
    Ring ring = ring(List.of("", "", ""), 2, 0, 0, 1, 0, 2, 2, 1, 1);

    assertThat(ring.preferenceListOf(0).holders()).containsExactly(id(0), id(1));
    assertThat(ring.preferenceListOf(0).fallbacks()).containsExactly(id(2));
    assertThat(ring.preferenceListOf(3).holders()).containsExactly(id(0), id(2));
    assertThat(ring.preferenceListOf(6).holders()).containsExactly(id(1), id(0));
  }

  /** Dynamo, 4.6: a list is made of nodes in several places, so that one may fail as a whole. */
  @Test
  void holders_are_in_different_racks_as_long_as_there_are_unused_ones() {
    Ring ring = ring(List.of("a", "a", "b", "c"), 3, 0, 1, 2, 3);

    assertThat(ring.preferenceListOf(0).holders()).containsExactly(id(0), id(2), id(3));
    assertThat(ring.preferenceListOf(0).fallbacks()).containsExactly(id(1));
  }

  @Test
  void when_all_racks_are_used_each_gives_a_second_before_any_gives_a_third() {
    Ring ring = ring(List.of("a", "a", "a", "b", "b"), 4, 0, 1, 2, 3, 4, 0, 1, 2);

    assertThat(ring.preferenceListOf(0).holders()).containsExactly(id(0), id(1), id(3), id(4));
    assertThat(ring.preferenceListOf(0).fallbacks()).containsExactly(id(2));
  }

  @Test
  void members_without_a_rack_count_as_one_rack() {
    Ring ring = ring(List.of("", "", "b"), 2, 0, 1, 2, 0);

    assertThat(ring.preferenceListOf(0).holders()).containsExactly(id(0), id(2));
  }

  @Test
  void with_fewer_members_than_replicas_lists_are_shorter() {
    Ring ring = Ring.of(RingFixtures.initial(members(2, 1), 3), 3);

    assertThat(ring.preferenceListOf(0).holders()).containsExactlyInAnyOrder(id(0), id(1));
    assertThat(ring.preferenceListOf(0).fallbacks()).isEmpty();
    assertThat(ring.share(id(0))).isEqualTo(0.5);
    assertThat(ring.replicas()).isEqualTo(3);
  }

  @Test
  void a_key_has_the_list_of_the_partition_of_its_position() {
    Ring ring = Ring.of(RingFixtures.initial(members(5, 1), 3), 3);
    Key key = Key.of("shopping-cart".getBytes(StandardCharsets.UTF_8));

    PreferenceList list = ring.preferenceList(key);

    assertThat(list.partition()).isEqualTo(ring.partitions().partitionOf(key.position()));
    assertThat(list)
        .isSameAs(ring.preferenceList(key.position()))
        .isSameAs(ring.preferenceListOf(list.partition()));
  }

  @Test
  void shares_add_up_to_one_and_are_those_of_the_lists() {
    Ring ring = ring(List.of("a", "a", "b", "c"), 3, 0, 1, 2, 3);

    assertThat(members(4, 1).stream().mapToDouble(member -> ring.share(member.id())).sum())
        .isEqualTo(1, within(1e-9));
    assertThat(ring.share(id(2))).isEqualTo(4 / 12.0);
    assertThat(ring.share(id(9))).isZero();
  }

  @Test
  void what_a_member_holds_is_what_lists_name_it_for() {
    Ring ring = Ring.of(RingFixtures.initial(members(9, 3), 3), 3);

    for (RingMember member : ring.members()) {
      BitSet named = new BitSet();
      for (int partition = 0; partition < ring.partitions().count(); partition++) {
        named.set(partition, ring.preferenceListOf(partition).holders().contains(member.id()));
        assertThat(ring.holds(member.id(), partition)).isEqualTo(named.get(partition));
      }
      assertThat(ring.partitionsHeldBy(member.id())).isEqualTo(named);
      assertThat(ring.rangesHeldBy(member.id()))
          .isEqualTo(PartitionRange.covering(named, ring.partitions()));
    }
  }

  @Test
  void a_set_of_partitions_is_the_callers_own() {
    Ring ring = ring(List.of("", ""), 1, 0, 1);

    ring.partitionsHeldBy(id(0)).clear();

    assertThat(ring.partitionsHeldBy(id(0)).cardinality()).isEqualTo(1);
  }

  @Test
  void a_joiner_gains_all_it_holds_and_one_that_stays_what_is_new_to_it() {
    Ring before = ring(List.of("", ""), 1, 0, 1, 0, 1);
    Ring after = ring(List.of("", "", ""), 1, 0, 0, 2, 1);

    assertThat(after.rangesGainedBy(id(2), before)).isEqualTo(after.rangesHeldBy(id(2)));
    assertThat(after.rangesGainedBy(id(0), before))
        .containsExactly(new PartitionRange(1, 1, 0x4000_0000_0000_0000L, 0x7fff_ffff_ffff_ffffL));
    assertThat(after.rangesGainedBy(id(1), before)).isEmpty();
  }

  @Test
  void no_replica_or_no_such_partition_is_refused() {
    TokenTable table = RingFixtures.initial(members(2, 1), 2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ring.of(table, 0))
        .withMessageContaining("at least one replica");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ring.of(table, 1).preferenceListOf(1024))
        .withMessageContaining("0 to 1023");
    assertThatIllegalArgumentException().isThrownBy(() -> Ring.of(table, 1).holds(id(0), -1));
  }

  /** A ring of members in these racks, by the numbers of the owners of its tokens. */
  private static Ring ring(List<String> racks, int replicas, int... owners) {
    List<RingMember> members =
        IntStream.range(0, racks.size())
            .mapToObj(number -> new RingMember(id(number), racks.get(number)))
            .toList();
    Map<MemberId, List<Integer>> tokens = new HashMap<>();
    for (int number = 0; number < racks.size(); number++) {
      int owner = number;
      tokens.put(
          id(number),
          IntStream.range(0, owners.length)
              .filter(token -> owners[token] == owner)
              .boxed()
              .toList());
    }
    return Ring.of(TokenTable.of(new Partitions(owners.length), members, tokens), replicas);
  }
}
