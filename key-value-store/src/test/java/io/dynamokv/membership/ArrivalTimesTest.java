package io.dynamokv.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ArrivalTimesTest {
  private static final long MS = 1_000_000;

  private static ArrivalTimes regular(long meanMs, long deviationMs, int count) {
    ArrivalTimes times = new ArrivalTimes(10 * MS);
    Random random = new Random(7);
    for (int i = 0; i < count; i++) {
      times.add(Math.round((meanMs + random.nextGaussian() * deviationMs) * MS));
    }
    return times;
  }

  @Test
  void paper_4_phi_is_the_negative_logarithm_of_the_chance_that_a_heartbeat_still_comes() {
    ArrivalTimes times = new ArrivalTimes(0);
    for (int i = 0; i < 10; i++) {
      times.add(90 * MS);
      times.add(110 * MS);
    }

    // Mean 100, standard deviation 10: one, two, three deviations late.
    assertThat(times.phi(100 * MS)).isCloseTo(-Math.log10(0.5), within(0.01));
    assertThat(times.phi(110 * MS)).isCloseTo(-Math.log10(0.15866), within(0.01));
    assertThat(times.phi(120 * MS)).isCloseTo(-Math.log10(0.02275), within(0.01));
    assertThat(times.phi(130 * MS)).isCloseTo(-Math.log10(0.00135), within(0.05));
  }

  @Test
  void the_longer_the_silence_the_more_suspicious_without_end() {
    ArrivalTimes times = regular(250, 20, 40);
    double before = -1;
    for (long ms = 0; ms < 3000; ms += 50) {
      double phi = times.phi(ms * MS);
      assertThat(phi).isGreaterThanOrEqualTo(before);
      before = phi;
    }
    assertThat(before).isGreaterThan(8);
  }

  @Test
  void a_member_that_is_heard_of_irregularly_is_given_more_time() {
    assertThat(regular(250, 10, 40).phi(600 * MS)).isGreaterThan(8);
    assertThat(regular(250, 150, 40).phi(600 * MS)).isLessThan(8);
  }

  @Test
  void only_the_last_intervals_count() {
    ArrivalTimes times = regular(2000, 500, 100);
    assertThat(times.phi(1500 * MS)).isLessThan(1);
    for (int i = 0; i < ArrivalTimes.WINDOW; i++) {
      times.add(250 * MS);
    }
    assertThat(times.phi(1500 * MS)).isGreaterThan(8);
  }

  @Test
  void a_few_intervals_are_not_enough() {
    assertThat(regular(250, 10, ArrivalTimes.ENOUGH - 1).isEnough()).isFalse();
    assertThat(regular(250, 10, ArrivalTimes.ENOUGH).isEnough()).isTrue();
  }
}
