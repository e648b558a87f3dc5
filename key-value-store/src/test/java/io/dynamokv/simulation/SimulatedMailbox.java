package io.dynamokv.simulation;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.LongUnaryOperator;

/**
 * A node's mailbox without its thread: tasks wait for its turn, and deadlines are let pass then.
 */
final class SimulatedMailbox implements Executor {
  private static final long LONGEST_WAIT_NS = 100 * Scenario.MILLISECOND;
  private static final long LONGEST_DELAY_NS = 200_000;
  private static final int BATCH = 256;

  private final World world;
  private final Life life;
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private long wakeAtNs = Long.MAX_VALUE;

  /** Makes up for the lack of a way to take back an event: only the last alarm counts. */
  private int alarm;

  private LongUnaryOperator nanosToNextDeadline = atMost -> atMost;
  private Runnable tick = () -> {};

  SimulatedMailbox(World world, Life life) {
    this.world = world;
    this.life = life;
  }

  void start(LongUnaryOperator nanosToNext, Runnable onTurn) {
    nanosToNextDeadline = nanosToNext;
    tick = onTurn;
    wakeWithin(LONGEST_WAIT_NS);
  }

  @Override
  public void execute(Runnable task) {
    queue.addLast(task);
    wakeWithin(world.chance.durationNs(1_000, LONGEST_DELAY_NS));
  }

  private void wakeWithin(long delayNs) {
    long atNs = world.time.nowNs() + delayNs;
    if (atNs < wakeAtNs) {
      wakeAtNs = atNs;
      int set = ++alarm;
      life.after(
          delayNs,
          () -> {
            if (set == alarm) {
              takeTurn();
            }
          });
    }
  }

  private void takeTurn() {
    wakeAtNs = Long.MAX_VALUE;
    int batch = Math.min(BATCH, queue.size());
    for (int i = 0; i < batch; i++) {
      queue.removeFirst().run();
    }
    tick.run();
    wakeWithin(queue.isEmpty() ? nanosToNextDeadline.applyAsLong(LONGEST_WAIT_NS) : 0);
  }
}
