package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.membership.View;
import io.dynamokv.ring.MemberId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AskingOrderTest {
  private static final MemberId A = new MemberId("a");
  private static final MemberId B = new MemberId("b");
  private static final MemberId C = new MemberId("c");
  private static final MemberId D = new MemberId("d");

  private final AskingOrder order = new AskingOrder();

  @Test
  void it_begins_with_the_favourite_and_goes_on_in_the_circle_of_ids() {
    View view = Views.of(A, B, C, D);

    order.turn(view);
    assertThat(order.of(List.of(D, A, B))).containsExactly(B, D, A);
    order.turn(view);
    assertThat(order.of(List.of(D, A, B))).containsExactly(D, A, B);
    assertThat(order.of(List.of(B, C, D))).containsExactly(C, D, B);
  }

  @Test
  void every_other_member_is_the_favourite_in_turn() {
    View view = Views.of(B, C, A, D);
    Map<MemberId, Integer> first = new HashMap<>();

    for (int i = 0; i < 300; i++) {
      order.turn(view);
      first.merge(order.of(List.of(A, C, D)).get(0), 1, Integer::sum);
    }

    assertThat(first).isEqualTo(Map.of(A, 100, C, 100, D, 100));
  }

  @Test
  void a_node_without_others_and_a_member_that_has_gone_are_no_trouble() {
    order.turn(Views.of(A, B, C));
    order.turn(Views.of(A));
    assertThat(order.of(List.of(A))).containsExactly(A);
    order.turn(Views.of(A, D));
    assertThat(order.of(List.of(A, D))).containsExactly(D, A);
  }
}
