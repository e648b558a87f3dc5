package io.dynamokv.ring;

import static io.dynamokv.ring.RingFixtures.id;
import static io.dynamokv.ring.RingFixtures.members;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenTableTest {
  private static final Partitions FOUR = new Partitions(4);

  @Test
  void every_token_has_the_owner_that_was_named() {
    TokenTable table = table(Map.of(id(0), List.of(0, 3), id(1), List.of(2, 1)));

    assertThat(table.ownerOf(0)).isEqualTo(id(0));
    assertThat(table.ownerOf(1)).isEqualTo(id(1));
    assertThat(table.ownerOf(2)).isEqualTo(id(1));
    assertThat(table.ownerOf(3)).isEqualTo(id(0));
    assertThat(table.tokensOf(id(1))).containsExactly(1, 2);
    assertThat(table.tokensOf(id(7))).isEmpty();
  }

  @Test
  void what_members_say_of_their_tokens_makes_the_same_table_again() {
    TokenTable table = RingFixtures.initial(members(7, 1), 3);
    Map<MemberId, List<Integer>> said = new LinkedHashMap<>();
    table.members().forEach(member -> said.put(member.id(), table.tokensOf(member.id())));

    TokenTable again = TokenTable.of(table.partitions(), members(7, 1), said);

    assertThat(again).isEqualTo(table).hasSameHashCodeAs(table);
  }

  @Test
  void tables_differ_in_owners_members_and_partitions() {
    TokenTable table = table(Map.of(id(0), List.of(0, 3), id(1), List.of(2, 1)));

    assertThat(table)
        .isNotEqualTo(table(Map.of(id(0), List.of(0, 2), id(1), List.of(3, 1))))
        .isNotEqualTo(
            TokenTable.of(FOUR, members(2, 2), Map.of(id(0), List.of(0, 3), id(1), List.of(2, 1))))
        .isNotEqualTo(
            TokenTable.of(
                new Partitions(2), members(2, 1), Map.of(id(0), List.of(0), id(1), List.of(1))));
  }

  @Test
  void a_token_without_an_owner_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table(Map.of(id(0), List.of(0, 3), id(1), List.of(2))))
        .withMessageContaining("own 3 of 4 tokens");
  }

  @Test
  void a_token_with_two_owners_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table(Map.of(id(0), List.of(0, 1, 2), id(1), List.of(2, 3))))
        .withMessageContaining("token 2 is named twice: by node-0 and node-1");
  }

  @Test
  void a_member_without_a_token_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table(Map.of(id(0), List.of(0, 1, 2, 3))))
        .withMessageContaining("node-1 has no token");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table(Map.of(id(0), List.of(0, 1, 2, 3), id(1), List.of())))
        .withMessageContaining("node-1 has no token");
  }

  @Test
  void tokens_of_a_stranger_are_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> table(Map.of(id(0), List.of(0, 1), id(1), List.of(2, 3), id(2), List.of(3))))
        .withMessageContaining("2 members")
        .withMessageContaining("3 are said");
  }

  @Test
  void a_token_that_does_not_exist_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table(Map.of(id(0), List.of(0, 1), id(1), List.of(2, 4))))
        .withMessageContaining("0 to 3: 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table(Map.of(id(0), List.of(0, 1), id(1), List.of(2, 3))).ownerOf(-1));
  }

  private static TokenTable table(Map<MemberId, List<Integer>> tokens) {
    return TokenTable.of(FOUR, members(2, 1), tokens);
  }
}
