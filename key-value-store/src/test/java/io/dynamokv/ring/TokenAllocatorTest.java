package io.dynamokv.ring;

import static io.dynamokv.ring.RingFixtures.id;
import static io.dynamokv.ring.RingFixtures.initial;
import static io.dynamokv.ring.RingFixtures.member;
import static io.dynamokv.ring.RingFixtures.members;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenAllocatorTest {
  @ParameterizedTest
  @CsvSource({"3, 1", "10, 1", "10, 3", "64, 4"})
  void the_order_in_which_members_are_named_does_not_matter(int count, int racks) {
    List<RingMember> shuffled = new ArrayList<>(members(count, racks));

    for (int seed = 0; seed < 5; seed++) {
      Collections.shuffle(shuffled, new Random(seed));

      assertThat(initial(shuffled, 3)).isEqualTo(initial(members(count, racks), 3));
    }
  }

  /**
   * Nodes of different versions have to come to the same table. Whoever changes how tokens are
   * placed has to give the old way a number and keep it for the clusters that have begun with it.
   */
  @ParameterizedTest
  @CsvSource({
    "3, 1, 66b552d3215bf879-73daafce04d0670d",
    "20, 1, 7dd3339a209ee5d3-b4c65f0ad33e7a5f",
    "64, 1, ac79ef2c657e38aa-79dc6226cbcbfbf6",
    "7, 2, cba2016bdeb8deca-cc8265b543a251ab",
    "15, 3, 15bbafb13ca6125e-76d7905dfcbeef25",
    "16, 5, ae4069aa013483c3-d883a41944f56de6"
  })
  void tables_are_the_same_as_ever(int count, int racks, String digest) {
    TokenTable table = initial(members(count, racks), 3);
    table = TokenAllocator.join(table, member(count, racks), 3);
    table = TokenAllocator.leave(table, id(0), 3);

    assertThat(digest(initial(members(count, racks), 3)) + "-" + digest(table)).isEqualTo(digest);
  }

  private static String digest(TokenTable table) {
    StringBuilder owners = new StringBuilder();
    for (int token = 0; token < table.partitions().count(); token++) {
      owners.append(table.ownerOf(token)).append(' ');
    }
    return DigestUtils.sha256Hex(owners.toString().getBytes(StandardCharsets.US_ASCII))
        .substring(0, 16);
  }

  /** Dynamo, 6.2, strategy 3: each node is assigned Q/S tokens. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 57, 64})
  void with_equal_members_each_owns_its_part_of_the_tokens_give_or_take_one(int count) {
    TokenTable table = initial(members(count, 1), 3);

    for (RingMember member : table.members()) {
      assertThat((double) table.tokensOf(member.id()).size())
          .isBetween(Math.floor(1024.0 / count) - 1, Math.ceil(1024.0 / count) + 1);
    }
  }

  /** Dynamo, 6.2: when a node joins, it "steals" tokens from nodes in the system. */
  @Test
  void a_joiner_takes_tokens_and_no_other_token_changes_hands() {
    TokenTable before = initial(members(10, 1), 3);

    TokenTable after = TokenAllocator.join(before, member(10, 1), 3);

    assertThat(after.members()).hasSize(11);
    assertThat(after.tokensOf(id(10))).hasSizeBetween(92, 94);
    for (int token = 0; token < 1024; token++) {
      assertThat(after.ownerOf(token)).isIn(before.ownerOf(token), id(10));
    }
  }

  /** Dynamo, 6.2: when a node leaves, its tokens are distributed to the remaining nodes. */
  @Test
  void a_leavers_tokens_are_distributed_and_no_other_token_changes_hands() {
    TokenTable before = initial(members(10, 1), 3);

    TokenTable after = TokenAllocator.leave(before, id(4), 3);

    assertThat(after.members()).doesNotContain(member(4, 1)).hasSize(9);
    for (int token = 0; token < 1024; token++) {
      if (!before.ownerOf(token).equals(id(4))) {
        assertThat(after.ownerOf(token)).isEqualTo(before.ownerOf(token));
      }
    }
  }

  /** Dynamo, 4.2: a failed node's load is dispersed across the remaining nodes. */
  @ParameterizedTest
  @CsvSource({"6, 2.5", "12, 2.5", "24, 5", "64, 10"})
  void the_work_of_a_failed_node_is_spread_over_many(int count, double timesEqual) {
    TokenTable table = initial(members(1, 1), 3);
    for (int number = 1; number < count; number++) {
      table = TokenAllocator.join(table, member(number, 1), 3);
    }
    Ring ring = Ring.of(table, 3);

    for (RingMember failed : ring.members()) {
      Map<MemberId, Integer> work = new HashMap<>();
      for (int partition = 0; partition < 1024; partition++) {
        if (ring.holds(failed.id(), partition)) {
          MemberId standIn = ring.preferenceListOf(partition).fallbacks().get(0);
          work.merge(standIn, 1, Integer::sum);
        }
      }
      double equal = (double) RingFixtures.pairsOf(ring, failed.id()) / (count - 1);
      assertThat(work).hasSizeGreaterThanOrEqualTo(Math.min(count - 1, 20));
      assertThat((double) Collections.max(work.values())).isLessThan(timesEqual * equal);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "4, 1", "16, 1", "16, 2", "16, 3", "16, 16"})
  void as_many_members_as_partitions_own_one_token_each(int count, int racks) {
    TokenTable table = TokenAllocator.initial(members(count, racks), new Partitions(count), 3);

    assertThat(table.members()).allSatisfy(member -> hasOneToken(table, member));
  }

  @Test
  void nobody_loses_the_last_token_to_a_joiner() {
    List<RingMember> lopsided = new ArrayList<>(members(7, 1));
    lopsided.add(new RingMember(id(7), "another rack"));
    TokenTable table = TokenAllocator.initial(lopsided.subList(0, 4), new Partitions(8), 2);

    for (RingMember joiner : lopsided.subList(4, 8)) {
      table = TokenAllocator.join(table, joiner, 2);
    }

    TokenTable full = table;
    assertThat(full.members()).allSatisfy(member -> hasOneToken(full, member));
  }

  private static void hasOneToken(TokenTable table, RingMember member) {
    assertThat(table.tokensOf(member.id())).hasSize(1);
  }

  @Test
  void the_last_but_one_may_leave_but_not_the_last() {
    TokenTable table = TokenAllocator.leave(initial(members(2, 1), 3), id(0), 3);

    assertThat(table.tokensOf(id(1))).hasSize(1024);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenAllocator.leave(table, id(1), 3))
        .withMessageContaining("the only one: node-1");
  }

  @Test
  void who_is_no_member_can_not_leave_and_who_is_one_can_not_join() {
    TokenTable table = initial(members(5, 1), 3);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenAllocator.leave(table, id(5), 3))
        .withMessageContaining("not a member")
        .withMessageContaining("node-5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenAllocator.join(table, new RingMember(id(4), "moved"), 3))
        .withMessageContaining("named twice: node-4");
  }

  @Test
  void no_member_too_many_or_no_replica_is_refused() {
    Partitions two = new Partitions(2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenAllocator.initial(List.of(), two, 3))
        .withMessageContaining("1 to 2 members: 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenAllocator.initial(members(3, 1), two, 3))
        .withMessageContaining("1 to 2 members: 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenAllocator.initial(members(1025, 1), new Partitions(65536), 3))
        .withMessageContaining("1 to 1024 members: 1025");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenAllocator.initial(members(2, 1), two, 0))
        .withMessageContaining("at least one replica: 0");
    TokenTable table = initial(members(2, 1), 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenAllocator.join(table, member(2, 1), 0));
    assertThatIllegalArgumentException().isThrownBy(() -> TokenAllocator.leave(table, id(1), 0));
  }
}
