package io.dynamokv.simulation;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/** A node's mailbox in the simulation: tasks wait a while for whoever runs them. */
final class SimulatedMailbox implements Executor {
  private static final long LONGEST_DELAY_NS = 200_000;
  private static final int BATCH = 256;

  private final World world;
  private final Life life;
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private boolean turnDue;

  SimulatedMailbox(World world, Life life) {
    this.world = world;
    this.life = life;
  }

  @Override
  public void execute(Runnable task) {
    queue.addLast(task);
    if (!turnDue) {
      turnAfter(world.chance.durationNs(1_000, LONGEST_DELAY_NS));
    }
  }

  /** Works off all that is queued, at once. */
  void drain() {
    while (!queue.isEmpty()) {
      queue.removeFirst().run();
    }
  }

  private void turnAfter(long delayNs) {
    turnDue = true;
    life.after(delayNs, this::takeTurn);
  }

  private void takeTurn() {
    turnDue = false;
    int batch = Math.min(BATCH, queue.size());
    for (int i = 0; i < batch; i++) {
      queue.removeFirst().run();
    }
    if (!queue.isEmpty() && !turnDue) {
      turnAfter(0);
    }
  }
}
