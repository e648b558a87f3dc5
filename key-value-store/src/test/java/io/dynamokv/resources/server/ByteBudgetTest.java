package io.dynamokv.resources.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private final ByteBudget budget = new ByteBudget(100);

  @Test
  void what_fits_is_given_and_what_does_not_is_not() {
    assertThat(budget.tryTake(60)).isTrue();
    assertThat(budget.tryTake(41)).isFalse();
    assertThat(budget.tryTake(40)).isTrue();
    assertThat(budget.takenBytes()).isEqualTo(100);
  }

  @Test
  void what_is_given_back_can_be_taken_again() {
    budget.tryTake(100);
    budget.giveBack(30);

    assertThat(budget.tryTake(30)).isTrue();
    assertThat(budget.tryTake(1)).isFalse();
  }

  @Test
  void one_that_needs_more_than_all_is_served_alone() {
    assertThat(budget.tryTake(500)).isTrue();
    assertThat(budget.tryTake(1)).isFalse();

    budget.giveBack(500);
    assertThat(budget.tryTake(1)).isTrue();
    assertThat(budget.tryTake(500)).isFalse();
    assertThat(budget.takenBytes()).isEqualTo(1);
  }
}
