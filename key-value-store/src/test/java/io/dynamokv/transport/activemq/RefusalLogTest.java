package io.dynamokv.transport.activemq;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusalLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(RefusalLog.class);
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final SteppedClock clock = new SteppedClock();
  private final RefusalLog refusals = new RefusalLog(clock);

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
    logger.setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
    logger.setAdditive(true);
  }

  @Test
  void refusals_are_told_once_in_an_interval_with_how_many_were_not() {
    refusals.refused("a connection from 10.0.0.1", "no secret");
    refusals.refused("a connection from 10.0.0.2", "no secret");
    refusals.refused("a connection from 10.0.0.3", "no secret");
    clock.now = clock.now.plus(Duration.ofSeconds(10));
    refusals.refused("a connection from 10.0.0.4", "too slow");

    assertThat(warnings())
        .containsExactly(
            "refused a connection from 10.0.0.1: no secret"
                + " (0 refusals before this were not logged)",
            "refused a connection from 10.0.0.4: too slow"
                + " (2 refusals before this were not logged)");
  }

  private List<String> warnings() {
    return appender.list.stream()
        .filter(event -> event.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static final class SteppedClock extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
