package io.dynamokv.simulation;

import io.dynamokv.ring.MemberId;
import java.util.List;

/** Lets things go wrong, for as long as it is meant to, and mends all of it in the end. */
final class Chaos {
  private static final long SHORTEST_NS = 5 * Scenario.MILLISECOND;
  private static final long LONGEST_NS = 4 * Scenario.SECOND;

  private final World world;
  private final Cluster cluster;
  private boolean over;

  Chaos(World world, Cluster cluster) {
    this.world = world;
    this.cluster = cluster;
  }

  void begin() {
    if (!over && !world.scenario.faults().isEmpty()) {
      long gapNs = world.chance.durationNs(SHORTEST_NS, world.scenario.longestGapNs());
      world.time.after(gapNs, this::strike);
    }
  }

  private void strike() {
    if (!over) {
      if (cluster.inUse().size() > 1) {
        SimulatedNode node = world.chance.oneOf(cluster.inUse());
        strike(world.chance.oneOf(world.scenario.faults()), node, otherThan(node));
      } else {
        join();
      }
      begin();
    }
  }

  private void strike(Fault fault, SimulatedNode node, SimulatedNode other) {
    world.note(Trace.ALL, fault + " of " + node.id());
    switch (fault) {
      case PROCESS_CRASH -> restartAfter(node, node::crashProcess);
      case CRASH_WHILE_HARDENING -> node.crashWhileHardening(aWhileNs());
      case MACHINE_CRASH -> restartAfter(node, node::crashMachine);
      case DISK_LOSS -> restartAfter(node, node::loseDisk);
      case BACKUP_RESTORED -> restartAfter(node, node::backUpOrRestore);
      case CLEAN_RESTART -> restartAfter(node, node::stopCleanly);
      case PAUSE -> forAWhile(node::standStill, node::moveOn);
      case PARTITION -> partition();
      case ONE_WAY_CUT -> forAWhile(() -> cut(node, other, true), () -> cut(node, other, false));
      case LINK_BREAK -> {
        cut(node, other, true);
        cut(node, other, false);
      }
      case BLACK_HOLE -> cluster.weather.swallow(node.id(), other.id(), aWhileNs());
      case STALL -> cluster.weather.hold(node.id(), other.id(), aWhileNs());
      case FAILING_WRITES ->
          forAWhile(() -> node.disk.setWritesFail(true), () -> node.disk.setWritesFail(false));
      case UNSURE_WRITES ->
          forAWhile(() -> node.disk.setWritesUnsure(true), () -> node.disk.setWritesUnsure(false));
      case FAILING_READS ->
          forAWhile(() -> node.disk.setReadsFail(true), () -> node.disk.setReadsFail(false));
      case SLOW_DISK -> forAWhile(() -> node.disk.setSlow(true), () -> node.disk.setSlow(false));
      case CLOCK_JUMP -> node.setClock(world.chance.between(-60_000, 60_000));
      case JOIN -> join();
      case LEAVE -> {
        if (canShrink()) {
          node.leave();
        }
      }
      case REMOVAL -> remove(node, other);
    }
  }

  private void join() {
    cluster.nodes.stream()
        .filter(node -> !node.isInUse())
        .findFirst()
        .ifPresent(SimulatedNode::join);
  }

  private boolean canShrink() {
    return cluster.staying() > Scenario.REPLICAS;
  }

  private void remove(SimulatedNode node, SimulatedNode other) {
    if (canShrink() && other.running() != null) {
      node.vanish();
      world.time.after(aWhileNs(), () -> sayThatItIsGone(node));
    }
  }

  /** Whoever is told must live to tell others; so they are told again if need be. */
  private void sayThatItIsGone(SimulatedNode node) {
    boolean isTold = false;
    for (SimulatedNode other : cluster.inUse()) {
      RunningNode running = other.running();
      isTold |= !node.isInUse() && running != null && running.remove(node.id());
    }
    if (isTold) {
      world.met(Situation.REMOVED);
    }
  }

  private void restartAfter(SimulatedNode node, Runnable stop) {
    stop.run();
    world.time.after(aWhileNs(), node::start);
  }

  private void forAWhile(Runnable begin, Runnable end) {
    begin.run();
    world.time.after(aWhileNs(), end);
  }

  private void partition() {
    List<Boolean> sides = cluster.nodes.stream().map(node -> world.chance.happens(0.5)).toList();
    forAWhile(() -> separate(sides, true), () -> separate(sides, false));
  }

  private void separate(List<Boolean> sides, boolean apart) {
    for (SimulatedNode one : cluster.nodes) {
      for (SimulatedNode other : cluster.nodes) {
        if (!sides.get(one.index).equals(sides.get(other.index))) {
          cut(one, other, apart);
        }
      }
    }
  }

  private void cut(SimulatedNode from, SimulatedNode to, boolean cut) {
    cluster.network.setLinked(from.id(), to.id(), !cut);
  }

  private SimulatedNode otherThan(SimulatedNode node) {
    MemberId id = node.id();
    return world.chance.oneOf(
        cluster.inUse().stream().filter(candidate -> !candidate.id().equals(id)).toList());
  }

  private long aWhileNs() {
    return world.chance.durationNs(SHORTEST_NS, LONGEST_NS);
  }

  /** Mends everything; nothing goes wrong from now on. */
  void end() {
    over = true;
    world.note(Trace.ALL, "all is mended");
    cluster.weather.calmDown();
    separateNobody();
    for (SimulatedNode node : cluster.nodes) {
      node.disk.mend();
      node.moveOn();
      node.start();
      if (!node.isInUse()) {
        sayThatItIsGone(node);
      }
    }
  }

  private void separateNobody() {
    for (SimulatedNode one : cluster.nodes) {
      for (SimulatedNode other : cluster.nodes) {
        if (one != other) {
          cut(one, other, false);
        }
      }
    }
  }
}
