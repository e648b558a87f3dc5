package io.dynamokv.transport.activemq;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Property
  void waits_grow_up_to_the_last_and_are_never_less_than_half(@ForAll long seed) {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2), new Random(seed));

    for (long most : new long[] {100, 200, 400, 800, 1600, 2000, 2000}) {
      assertThat(backoff.next().toMillis()).isBetween(most / 2, most);
    }
    backoff.reset();
    assertThat(backoff.next().toMillis()).isBetween(50L, 100L);
  }

  @Test
  void nodes_do_not_wait_equally_long() {
    Duration first = Duration.ofSeconds(1);

    assertThat(new Backoff(first, first, new Random(1)).next())
        .isNotEqualTo(new Backoff(first, first, new Random(2)).next());
  }
}
