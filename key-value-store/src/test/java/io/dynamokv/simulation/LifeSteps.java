package io.dynamokv.simulation;

import io.dynamokv.node.SimulatedCore;

/** How fast the disk of a node is in one of its lives. */
final class LifeSteps implements SimulatedCore.Steps {
  private static final long MICROSECOND = 1_000;

  private final World world;
  private final SimulatedNode node;
  private final Life life;

  LifeSteps(World world, SimulatedNode node, Life life) {
    this.world = world;
    this.node = node;
    this.life = life;
  }

  @Override
  public void later(String thread, boolean second, Runnable step) {
    boolean forcing = second && thread.equals("replica-writes");
    life.after(durationNs(forcing), step);
  }

  private long durationNs(boolean forcing) {
    if (node.disk.isSlow()) {
      return world.chance.durationNs(Scenario.MILLISECOND, 4 * Scenario.SECOND);
    }
    return forcing
        ? world.chance.durationNs(50 * MICROSECOND, 50 * Scenario.MILLISECOND)
        : world.chance.durationNs(2 * MICROSECOND, 5 * Scenario.MILLISECOND);
  }

  @Override
  public int batchOf(int queued) {
    return world.chance.between(1, queued);
  }
}
