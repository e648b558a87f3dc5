package io.dynamokv.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WindowTest {
  private final Window window = new Window();

  @Test
  void grows_while_keys_take_less_than_the_target_and_not_beyond_its_most() {
    took(Window.TARGET_NS / 2, 100);
    assertThat(window.size()).isBetween(Window.LEAST + 1, Window.LEAST + 100);
    took(0, 10_000);
    assertThat(window.size()).isEqualTo(Window.MOST);
  }

  @Test
  void shrinks_when_keys_take_longer_and_not_below_its_least() {
    took(0, 10_000);
    took(2 * Window.TARGET_NS, 100);
    assertThat(window.size()).isBetween(Window.LEAST, Window.MOST - 10);
    took(TimeUnit.SECONDS.toNanos(5), 10_000);
    assertThat(window.size()).isEqualTo(Window.LEAST);
  }

  @Test
  void stays_where_the_time_is_as_long_as_its_size_makes_it() {
    long perKeyNs = Window.TARGET_NS / 100;
    for (int i = 0; i < 100_000; i++) {
      window.took(window.size() * perKeyNs);
    }
    assertThat(window.size()).isBetween(95, 105);
  }

  private void took(long ns, int times) {
    for (int i = 0; i < times; i++) {
      window.took(ns);
    }
  }
}
