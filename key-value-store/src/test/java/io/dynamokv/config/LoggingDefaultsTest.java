package io.dynamokv.config;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.dropwizard.logging.common.AbstractAppenderFactory;
import io.dropwizard.logging.common.ConsoleAppenderFactory;
import io.dropwizard.logging.common.DefaultLoggingFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a line of the log looks like where the file does not say otherwise. */
class LoggingDefaultsTest {
  @Test
  void a_line_that_belongs_to_a_request_ends_with_its_id() {
    assertThat(line(defaultFormat(), Map.of("requestId", "the-one")))
        .isEqualTo("1970-01-01 00:00:00,000 INFO  Mailbox: it happened [the-one]\n");
  }

  @Test
  void a_line_that_belongs_to_no_request_ends_with_what_it_says() {
    assertThat(line(defaultFormat(), Map.of()))
        .isEqualTo("1970-01-01 00:00:00,000 INFO  Mailbox: it happened\n");
  }

  @Test
  void a_format_that_the_file_has_is_left_alone() {
    ConsoleAppenderFactory<?> appender = new ConsoleAppenderFactory<>();
    appender.setLogFormat("%msg");

    assertThat(formatOf(appender)).isEqualTo("%msg");
  }

  private static String defaultFormat() {
    return formatOf(new ConsoleAppenderFactory<>());
  }

  @SuppressWarnings("unchecked")
  private static String formatOf(ConsoleAppenderFactory<?> appender) {
    DefaultLoggingFactory logging = new DefaultLoggingFactory();
    logging.setAppenders(
        List.of((ConsoleAppenderFactory<ch.qos.logback.classic.spi.ILoggingEvent>) appender));
    LoggingDefaults.apply(logging);
    return ((AbstractAppenderFactory<?>) logging.getAppenders().get(0)).getLogFormat();
  }

  private static String line(String format, Map<String, String> context) {
    LoggerContext logback = new LoggerContext();
    PatternLayout layout = new PatternLayout();
    layout.setContext(logback);
    layout.setPattern(format);
    layout.start();
    LoggingEvent event = new LoggingEvent();
    event.setLoggerContext(logback);
    event.setLoggerName("io.dynamokv.node.Mailbox");
    event.setLevel(Level.INFO);
    event.setMessage("it happened");
    event.setTimeStamp(0);
    event.setMDCPropertyMap(context);
    return layout.doLayout(event);
  }
}
