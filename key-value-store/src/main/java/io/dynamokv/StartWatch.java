package io.dynamokv;

import java.util.Arrays;
import java.util.Timer;
import java.util.TimerTask;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what a thread is doing that has something to start, if that takes long. It ends when that
 * has started.
 */
final class StartWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StartWatch.class);
  private static final int MOST_FRAMES = 25;

  private final Timer timer = new Timer("start-watch", true);

  /**
   * @param starting who has something to start
   * @param patienceMs after how many milliseconds that is long, and how often it is told
   */
  StartWatch(Thread starting, long patienceMs) {
    TimerTask telling =
        new TimerTask() {
          @Override
          public void run() {
            tell(starting);
          }
        };
    timer.schedule(telling, patienceMs, patienceMs);
  }

  private static void tell(Thread starting) {
    LOG.warn(
        "this node is still starting, at{}",
        Arrays.stream(starting.getStackTrace())
            .limit(MOST_FRAMES)
            .map(frame -> System.lineSeparator() + "  " + frame)
            .collect(Collectors.joining()));
  }

  @Override
  public void close() {
    timer.cancel();
  }
}
