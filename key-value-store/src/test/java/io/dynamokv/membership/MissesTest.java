package io.dynamokv.membership;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MissesTest {
  private final Misses misses = new Misses(100);

  private boolean missed(int count, long nowNs) {
    boolean leftOut = false;
    for (int i = 0; i < count; i++) {
      leftOut = misses.missed(nowNs);
    }
    return leftOut;
  }

  @Test
  void it_is_left_out_after_several_and_not_before() {
    assertThat(missed(Misses.LIMIT - 1, 0)).isFalse();
    assertThat(misses.isLeftOut(0)).isFalse();
    assertThat(missed(1, 0)).isTrue();
    assertThat(misses.isLeftOut(99)).isTrue();
    assertThat(misses.isLeftOut(100)).isFalse();
  }

  @Test
  void an_answer_makes_up_for_all_before() {
    missed(Misses.LIMIT - 1, 0);
    misses.answered(0);

    assertThat(missed(Misses.LIMIT - 1, 0)).isFalse();
  }

  @Test
  void after_the_pause_the_first_miss_leaves_it_out_for_twice_as_long() {
    missed(Misses.LIMIT, 0);
    assertThat(missed(1, 150)).isTrue();
    assertThat(misses.isLeftOut(349)).isTrue();
    assertThat(misses.isLeftOut(350)).isFalse();
  }

  @Test
  void after_the_pause_an_answer_is_a_new_beginning() {
    missed(Misses.LIMIT, 0);
    misses.answered(150);

    assertThat(missed(Misses.LIMIT - 1, 150)).isFalse();
    assertThat(missed(1, 150)).isTrue();
    assertThat(misses.isLeftOut(249)).isTrue();
    assertThat(misses.isLeftOut(250)).isFalse();
  }

  @Test
  void what_comes_while_it_is_left_out_changes_nothing() {
    missed(Misses.LIMIT, 0);
    misses.answered(50);
    assertThat(missed(100, 50)).isFalse();
    assertThat(misses.isLeftOut(99)).isTrue();
    assertThat(missed(1, 100)).isTrue();
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
