package io.dynamokv.storage.je;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JeDiskLimitTest {
  private final AtomicBoolean room = new AtomicBoolean(true);
  private final AtomicLong nanos = new AtomicLong();
  private final JeDiskLimit limit = new JeDiskLimit(room::get, nanos::get);

  @Test
  void nothing_is_refused_before_je_has_refused_a_write() {
    room.set(false);

    assertThat(limit.failure()).isNull();
  }

  @Test
  void statistics_from_before_a_refusal_do_not_count() {
    limit.refused("full");
    assertThat(limit.failure()).isEqualTo("full");

    nanos.addAndGet(JeStatistics.SNAPSHOT_AGE.toNanos());
    assertThat(limit.failure()).isEqualTo("full");

    nanos.incrementAndGet();
    assertThat(limit.failure()).isNull();
  }

  @Test
  void a_refusal_lasts_until_there_is_room() {
    room.set(false);
    limit.refused("full");
    nanos.addAndGet(10 * JeStatistics.SNAPSHOT_AGE.toNanos());
    assertThat(limit.failure()).isEqualTo("full");

    room.set(true);
    assertThat(limit.failure()).isNull();
  }

  @Test
  void a_write_that_succeeds_ends_a_refusal() {
    limit.refused("full");

    limit.wrote();

    assertThat(limit.failure()).isNull();
  }
}
