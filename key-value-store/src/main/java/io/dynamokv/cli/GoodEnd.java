package io.dynamokv.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * Makes being told to stop (SIGTERM) a good end, with the exit code 0. Left alone, a JVM stops in
 * the same orderly way, but ends with 143, which supervisors take for a failure.
 */
final class GoodEnd {
  private static final Logger LOG = LoggerFactory.getLogger(GoodEnd.class);

  private GoodEnd() {}

  @SuppressWarnings("sunapi")
  static void onTermination() {
    try {
      Signal.handle(new Signal("TERM"), signal -> System.exit(0));
    } catch (IllegalArgumentException e) {
      LOG.debug("somebody else handles SIGTERM: {}", e.getMessage());
    }
  }
}
