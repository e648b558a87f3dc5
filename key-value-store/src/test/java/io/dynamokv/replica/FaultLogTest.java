package io.dynamokv.replica;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.dynamokv.LogCapture;
import io.dynamokv.storage.StorageException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultLogTest {
  private final AtomicLong clockMs = new AtomicLong(-5);
  private final FaultLog faults = new FaultLog(clockMs::get);
  private final LogCapture log = LogCapture.of(FaultLog.class);

  @AfterEach
  void end() {
    log.close();
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      faults.couldNot("store", new StorageException("the disk is full"));
    }
  }

  private List<String> warnings() {
    return log.from(Level.WARN);
  }

  @Test
  void the_first_of_many_faults_is_told_at_once_and_the_next_ten_seconds_later_with_how_many() {
    fail(1000);
    assertThat(warnings()).singleElement().asString().startsWith("could not store: the disk is");

    clockMs.addAndGet(9_999);
    fail(1);
    clockMs.addAndGet(1);
    fail(1);

    assertThat(warnings()).hasSize(2);
    assertThat(warnings().get(1)).endsWith("(1000 such faults before this were not logged)");
  }

  @Test
  void a_clock_that_is_set_back_by_hours_does_not_silence_it_for_hours() {
    fail(1);
    clockMs.addAndGet(-10_000_000);
    fail(1);

    assertThat(warnings()).hasSize(2);
  }
}
