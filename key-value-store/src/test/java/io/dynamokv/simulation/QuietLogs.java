package io.dynamokv.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Thousands of nodes that warn of failing disks would tell nobody anything. */
final class QuietLogs implements BeforeAllCallback, AfterAllCallback {
  private @Nullable Level before;

  @Override
  public void beforeAll(ExtensionContext context) {
    before = logger().getLevel();
    beQuiet();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    logger().setLevel(before);
  }

  static void beQuiet() {
    logger().setLevel(Level.OFF);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger("io.dynamokv");
  }
}
