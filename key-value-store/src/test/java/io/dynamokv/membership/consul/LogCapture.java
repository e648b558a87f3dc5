package io.dynamokv.membership.consul;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What this package logs while it is open, down to debugging; nothing of it is printed.
 * Thread-safe.
 */
final class LogCapture implements AutoCloseable {
  private final Logger logger =
      (Logger) LoggerFactory.getLogger(LogCapture.class.getPackage().getName());
  private final @Nullable Level level = logger.getLevel();
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  LogCapture() {
    appender.list = new CopyOnWriteArrayList<>();
    appender.start();
    logger.addAppender(appender);
    logger.setAdditive(false);
    logger.setLevel(Level.DEBUG);
  }

  /** All lines of a level or a higher one, without their stack traces. */
  List<String> from(Level least) {
    return appender.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(least))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  /** Whether an operator, who does not log debugging, would see a stack trace. */
  boolean showsStackTrace() {
    return appender.list.stream()
        .anyMatch(
            event ->
                event.getLevel().isGreaterOrEqual(Level.INFO) && event.getThrowableProxy() != null);
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setAdditive(true);
    logger.setLevel(level);
  }
}
