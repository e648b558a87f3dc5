package io.dynamokv;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StartWatchTest {
  @Test
  void who_takes_long_is_told_where_it_is() throws Exception {
    try (LogCapture log = LogCapture.of(StartWatch.class)) {
      try (StartWatch watch = new StartWatch(Thread.currentThread(), 10)) {
        while (log.from(Level.WARN).isEmpty()) {
          TimeUnit.MILLISECONDS.sleep(1);
        }
      }

      assertThat(log.from(Level.WARN).get(0)).contains("still starting").contains("StartWatchTest");
    }
  }
}
