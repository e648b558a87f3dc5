package io.dynamokv.storage.je;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes JE's own log lines, which would go to files in the data folder, to where all others go. Its
 * INFO tells of every file cleaned, so it becomes DEBUG here. Thread-safe.
 */
final class JeLogHandler extends Handler {
  private static final Logger LOG = LoggerFactory.getLogger("io.dynamokv.storage.je.environment");

  JeLogHandler() {
    setLevel(Level.INFO);
  }

  @Override
  public void publish(LogRecord record) {
    int level = record.getLevel().intValue();
    if (level >= Level.SEVERE.intValue()) {
      LOG.error(record.getMessage());
    } else if (level >= Level.WARNING.intValue()) {
      LOG.warn(record.getMessage());
    } else {
      LOG.debug(record.getMessage());
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
