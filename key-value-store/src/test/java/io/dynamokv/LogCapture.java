package io.dynamokv;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * What a class or a package logs while it is open, down to debugging; nothing of it is printed.
 * Thread-safe.
 */
public final class LogCapture implements AutoCloseable {
  private final Logger logger;
  private final @Nullable Level level;
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  /** What a class logs. */
  public static LogCapture of(Class<?> which) {
    return new LogCapture(which.getName());
  }

  /** What all classes of a class's package log. */
  public static LogCapture ofPackage(Class<?> inside) {
    return new LogCapture(inside.getPackageName());
  }

  private LogCapture(String name) {
    logger = (Logger) LoggerFactory.getLogger(name);
    level = logger.getLevel();
    appender.list = new CopyOnWriteArrayList<>();
    appender.start();
    logger.addAppender(appender);
    logger.setAdditive(false);
    logger.setLevel(Level.DEBUG);
  }

  /** All lines of a level or a higher one, without their stack traces. */
  public List<String> from(Level least) {
    return appender.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(least))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  /** Whether an operator, who does not log debugging, would see a stack trace. */
  public boolean showsStackTrace() {
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
