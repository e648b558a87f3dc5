package io.dynamokv.membership;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MissesTest {
  private final Misses misses = new Misses(100);

  /** So many misses from a time on, over half the first pause. */
  private boolean missed(int count, long fromNs) {
    boolean leftOut = false;
    for (int i = 0; i < count; i++) {
      leftOut = misses.missed(fromNs + i * 50L / Math.max(1, count - 1));
    }
    return leftOut;
  }

  @Test
  void it_is_left_out_after_several_and_not_before() {
    assertThat(missed(Misses.LIMIT - 1, 0)).isFalse();
    assertThat(misses.isLeftOut(50)).isFalse();
    assertThat(misses.missed(50)).isTrue();
    assertThat(misses.isLeftOut(149)).isTrue();
    assertThat(misses.isLeftOut(150)).isFalse();
  }

  @Test
  void many_at_once_are_not_enough() {
    for (int i = 0; i < 100; i++) {
      assertThat(misses.missed(i / 10)).isFalse();
    }
  }

  @Test
  void an_answer_makes_up_for_all_before() {
    missed(Misses.LIMIT - 1, 0);
    misses.answered(50);

    assertThat(misses.missed(60)).isFalse();
    assertThat(missed(Misses.LIMIT - 2, 60)).isFalse();
  }

  @Test
  void after_the_pause_the_first_miss_leaves_it_out_for_twice_as_long() {
    missed(Misses.LIMIT, 0);
    assertThat(misses.missed(200)).isTrue();
    assertThat(misses.isLeftOut(399)).isTrue();
    assertThat(misses.isLeftOut(400)).isFalse();
  }

  @Test
  void after_the_pause_an_answer_is_a_new_beginning() {
    missed(Misses.LIMIT, 0);
    misses.answered(200);

    assertThat(missed(Misses.LIMIT - 1, 200)).isFalse();
    assertThat(misses.missed(250)).isTrue();
    assertThat(misses.isLeftOut(349)).isTrue();
    assertThat(misses.isLeftOut(350)).isFalse();
  }

  @Test
  void what_comes_while_it_is_left_out_changes_nothing() {
    missed(Misses.LIMIT, 0);
    misses.answered(100);
    assertThat(missed(100, 90)).isFalse();
    assertThat(misses.isLeftOut(149)).isTrue();
    assertThat(misses.missed(150)).isTrue();
  }

  @Test
  void the_pause_grows_to_sixteen_times_the_first() {
    long nowNs = 0;
    for (int i = 0; i < 20; i++) {
      missed(Misses.LIMIT, nowNs);
      nowNs += 1600;
    }
    assertThat(misses.isLeftOut(nowNs - 1)).isTrue();
    assertThat(misses.isLeftOut(nowNs)).isFalse();
  }
}
