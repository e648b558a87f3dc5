package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private static final long MS = 1_000_000;

  private final Deadlines deadlines = new Deadlines(500);

  @Test
  void nothing_is_due_before_its_time() {
    deadlines.add(7, 0);
    assertThat(deadlines.poll(500 * MS - 1)).isEqualTo(Deadlines.NONE);
    assertThat(deadlines.poll(500 * MS)).isEqualTo(7);
    assertThat(deadlines.poll(500 * MS)).isEqualTo(Deadlines.NONE);
  }

  @Test
  void what_was_added_first_is_due_first() {
    deadlines.add(1, 0);
    deadlines.add(2, 10 * MS);
    assertThat(deadlines.poll(600 * MS)).isEqualTo(1);
    assertThat(deadlines.poll(600 * MS)).isEqualTo(2);
  }

  @Test
  void a_clock_that_runs_over_does_not_confuse_them() {
    long late = Long.MAX_VALUE - MS;
    deadlines.add(1, late);
    assertThat(deadlines.poll(late)).isEqualTo(Deadlines.NONE);
    assertThat(deadlines.poll(late + 500 * MS)).isEqualTo(1);
  }
}
