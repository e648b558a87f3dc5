package io.dynamokv.repair;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WindowTest {
  private static final long BASE_NS = 3 * Window.TARGET_NS;

  private final Window window = new Window();

  @Test
  void grows_by_a_quarter_while_keys_take_no_longer_than_usual_and_not_beyond_its_most() {
    took(BASE_NS, Window.LEAST_BY_DELAY);
    assertThat(window.size()).isEqualTo(Window.LEAST_BY_DELAY * 5 / 4);
    took(BASE_NS, 10_000);
    assertThat(window.size()).isEqualTo(Window.MOST);
  }

  @Test
  void does_not_grow_while_something_else_limits_how_many_are_moved() {
    for (int i = 0; i < 1000; i++) {
      window.moved(0, BASE_NS, false);
    }
    assertThat(window.size()).isEqualTo(Window.LEAST_BY_DELAY);
  }

  @Test
  void shrinks_when_keys_take_longer_and_no_further_than_delay_may_make_it() {
    took(BASE_NS, 5_000);
    took(BASE_NS + 2 * Window.TARGET_NS, 100);
    assertThat(window.size()).isEqualTo(Window.MOST - 25);
    took(BASE_NS + 100 * Window.TARGET_NS, Window.KEYS_OF_BASE);
    assertThat(window.size()).isEqualTo(Window.LEAST_BY_DELAY);
  }

  @Test
  void what_lasts_becomes_usual() {
    took(0, 2 * Window.KEYS_OF_BASE);
    took(BASE_NS, Window.KEYS_OF_BASE);
    assertThat(window.size()).isLessThan(Window.MOST * 2 / 3);
    took(BASE_NS, 2 * Window.KEYS_OF_BASE + 2_000);
    assertThat(window.size()).isEqualTo(Window.MOST);
  }

  @Test
  void what_refusals_made_smaller_stays_so_while_keys_take_longer() {
    took(BASE_NS, 1);
    for (int i = 1; i < 10; i++) {
      window.refused(100 * i, 100 * i);
    }
    assertThat(window.size()).isEqualTo(Window.LEAST);
    window.moved(1000, 1000 + BASE_NS + 100 * Window.TARGET_NS, true);
    assertThat(window.size()).isEqualTo(Window.LEAST);
    window.moved(1000, 1000 + BASE_NS, true);
    window.moved(1000, 1000 + BASE_NS, true);
    window.moved(1000, 1000 + BASE_NS, true);
    window.moved(1000, 1000 + BASE_NS, true);
    assertThat(window.size()).isEqualTo(Window.LEAST + 1);
  }

  @Test
  void halves_once_for_all_that_was_begun_before_and_had_no_room() {
    took(BASE_NS, 10_000);
    window.refused(100, 200);
    window.refused(110, 210);
    window.refused(199, 300);
    assertThat(window.size()).isEqualTo(Window.MOST / 2);
    for (int i = 3; i < 10; i++) {
      window.refused(100 * i, 100 * i);
    }
    assertThat(window.size()).isEqualTo(Window.LEAST);
  }

  @Test
  void stays_where_the_time_is_as_long_as_its_size_makes_it() {
    long perKeyNs = Window.TARGET_NS / 400;
    for (int i = 0; i < 100_000; i++) {
      window.moved(0, i % 100 == 0 ? perKeyNs : window.size() * perKeyNs, true);
    }
    assertThat(window.size()).isBetween(390, 420);
  }

  private void took(long ns, int times) {
    for (int i = 0; i < times; i++) {
      window.moved(0, ns, true);
    }
  }

  @Test
  void what_was_begun_before_it_was_halved_does_not_make_it_grow_again() {
    took(BASE_NS, 10_000);
    window.refused(100, 200);
    window.moved(199, 199 + BASE_NS, true);
    assertThat(window.size()).isEqualTo(Window.MOST / 2);
    for (int i = 0; i < 4; i++) {
      window.moved(200, 200 + BASE_NS, true);
    }
    assertThat(window.size()).isEqualTo(Window.MOST / 2 + 1);
  }
}
