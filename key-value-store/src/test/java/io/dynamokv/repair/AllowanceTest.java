package io.dynamokv.repair;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AllowanceTest {
  private static final long SECOND = 1_000_000_000L;

  private static int taken(Allowance allowance, long nowNs) {
    int taken = 0;
    while (allowance.left(nowNs) > 0) {
      allowance.take(1);
      taken++;
    }
    return taken;
  }

  @Test
  void so_many_a_second_may_be_taken_and_no_more_whatever_the_steps() {
    Allowance allowance = new Allowance(1000, 0);
    int taken = 0;
    for (long ms = 0; ms <= 2000; ms += 7) {
      taken += taken(allowance, ms * 1_000_000);
    }
    assertThat(taken).isBetween(1990, 2000);
  }

  @Test
  void what_was_not_taken_for_long_does_not_pile_up() {
    Allowance allowance = new Allowance(1000, 0);
    assertThat(taken(allowance, 100 * SECOND)).isEqualTo(100);
  }

  @Test
  void some_may_be_taken_at_once() {
    Allowance allowance = new Allowance(1000, 0);
    assertThat(allowance.left(SECOND / 20)).isEqualTo(50);
    allowance.take(30);
    assertThat(allowance.left(SECOND / 20)).isEqualTo(20);
  }

  @Test
  void even_one_a_second_comes() {
    Allowance allowance = new Allowance(1, 0);
    assertThat(taken(allowance, SECOND / 2)).isZero();
    assertThat(taken(allowance, SECOND)).isEqualTo(1);
    assertThat(taken(allowance, SECOND)).isZero();
  }
}
