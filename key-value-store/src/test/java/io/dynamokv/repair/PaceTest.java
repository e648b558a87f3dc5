package io.dynamokv.repair;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void there_is_room_for_what_the_window_leaves() {
    Pace pace = new Pace(10_000, 0);
    assertThat(pace.room(0, SECOND)).isEqualTo(Window.LEAST_BY_DELAY);
    pace.begin(10);
    assertThat(pace.room(10, SECOND)).isEqualTo(Window.LEAST_BY_DELAY - 10);
  }

  @Test
  void there_is_no_room_beyond_what_is_allowed_in_a_second() {
    Pace pace = new Pace(100, 0);
    assertThat(pace.room(0, SECOND)).isEqualTo(10);
    pace.begin(10);
    assertThat(pace.room(0, SECOND)).isZero();
    assertThat(pace.room(0, SECOND + SECOND / 20)).isEqualTo(5);
  }

  @Test
  void what_is_put_off_leaves_room_for_others() {
    Pace pace = new Pace(100, 0);
    assertThat(pace.room(0, SECOND)).isEqualTo(10);
    pace.begin(10);
    pace.putOff(8);
    assertThat(pace.room(0, SECOND)).isEqualTo(8);
  }

  @Test
  void what_is_put_off_leaves_no_more_room_than_there_ever_is() {
    Pace pace = new Pace(100, 0);
    assertThat(pace.room(0, SECOND)).isEqualTo(10);
    pace.begin(10);
    assertThat(pace.room(0, 2 * SECOND)).isEqualTo(10);
    pace.putOff(8);
    assertThat(pace.room(0, 2 * SECOND)).isEqualTo(10);
  }

  @Test
  void keys_are_fetched_by_the_quarter_of_a_window_up_to_a_limit() {
    Pace pace = new Pace(1_000_000, 0);
    assertThat(pace.together()).isEqualTo(Pace.MOST_TOGETHER);
    for (int i = 1; i < 10; i++) {
      pace.refused(100 * i, 100 * i);
    }
    assertThat(pace.room(0, SECOND)).isEqualTo(Window.LEAST);
    assertThat(pace.together()).isEqualTo(Window.LEAST / 4);
    for (int i = 0; i < 10_000; i++) {
      pace.moved(SECOND, SECOND, Window.MOST);
    }
    assertThat(pace.room(0, SECOND)).isEqualTo(Window.MOST);
    assertThat(pace.together()).isEqualTo(Pace.MOST_TOGETHER);
  }

  @Test
  void a_window_that_has_room_for_another_question_does_not_grow() {
    Pace pace = new Pace(1_000_000, 0);
    for (int i = 0; i < 1000; i++) {
      pace.moved(0, SECOND, Window.LEAST_BY_DELAY - pace.together());
    }
    assertThat(pace.room(0, SECOND)).isEqualTo(Window.LEAST_BY_DELAY);
  }

  @Test
  void no_more_are_fetched_together_than_may_be_begun_at_once() {
    assertThat(new Pace(50, 0).together()).isEqualTo(5);
    assertThat(new Pace(1, 0).together()).isEqualTo(1);
  }
}
