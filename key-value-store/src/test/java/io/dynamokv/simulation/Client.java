package io.dynamokv.simulation;

import io.dynamokv.coordination.Quorum;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Version;
import io.dynamokv.version.VersionCodec;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes, one request at a time, through whichever node it likes. It writes from what it
 * has just read, from what it read long ago, or from nothing; it deletes; and it remembers, for
 * every version that it was given, which writes that version stands for in truth.
 */
final class Client {
  private static final int REMEMBERED = 20;
  private static final long SHORTEST_THINK_NS = 100_000;

  /** After so long nothing comes any more of a request that a node has forwarded. */
  private static final long FORWARDED_FOR_NS = 20 * Scenario.SECOND;

  private final World world;
  private final Cluster cluster;
  private final History history;
  private final VersionCodec versions = new VersionCodec("a secret of the simulated cluster");
  private final Map<KeyHistory, List<Memory>> memories = new HashMap<>();
  private boolean stopped;

  /** A version as a client holds it, and the writes that it had seen when it got it. */
  private record Memory(String version, BitSet seen, boolean ofSiblings) {
    static final Memory NOTHING = new Memory("", new BitSet(), false);
  }

  Client(World world, Cluster cluster, History history) {
    this.world = world;
    this.cluster = cluster;
    this.history = history;
  }

  /** Begins, or goes on after it was stopped a while ago. */
  void start() {
    stopped = false;
    think();
  }

  /** Begins nothing more. */
  void stop() {
    stopped = true;
  }

  private void think() {
    long thinkNs = world.chance.durationNs(SHORTEST_THINK_NS, world.scenario.longestThinkNs());
    world.time.after(thinkNs, this::act);
  }

  private void act() {
    if (stopped) {
      return;
    }
    KeyHistory key = world.chance.oneOf(cluster.keys);
    List<Memory> known = memories.computeIfAbsent(key, k -> new ArrayList<>());
    int choice = world.chance.between(1, 100);
    if (choice <= 15) {
      read(key, this::think);
    } else if (choice <= 60) {
      read(key, () -> write(key, last(known), this::think));
    } else if (choice <= 80) {
      write(key, last(known), this::think);
    } else if (choice <= 95) {
      write(key, known.isEmpty() ? Memory.NOTHING : world.chance.oneOf(known), this::think);
    } else {
      write(key, Memory.NOTHING, this::think);
    }
  }

  private static Memory last(List<Memory> known) {
    return known.isEmpty() ? Memory.NOTHING : known.get(known.size() - 1);
  }

  private void read(KeyHistory key, Runnable then) {
    submit(history.get(key, someQuorum()), then);
  }

  private void write(KeyHistory key, Memory memory, Runnable then) {
    Version decoded = versions.decode(key.key, memory.version);
    Version from = new Version(decoded.clock(), decoded.dots());
    boolean delete =
        world.chance.happens(world.scenario.collects() ? 0.5 : 0.2) && !cluster.isDeleting(key);
    Operation write = history.write(key, someQuorum(), from, memory.seen, delete);
    cluster.remember(write);
    submit(
        write,
        () -> {
          if (memory.ofSiblings && write.answer == Operation.Answer.STORED) {
            world.met(Situation.SIBLINGS_RESOLVED);
          }
          then.run();
        });
  }

  private Quorum someQuorum() {
    return new Quorum(world.chance.between(1, Scenario.REPLICAS), world.chance.happens(0.5));
  }

  private void submit(Operation operation, Runnable then) {
    SimulatedNode node = someNodeFor(operation);
    RunningNode running = node.running();
    if (running == null) {
      cluster.decided(operation);
      think();
      return;
    }
    world.note(operation.key.name, node.id() + " is asked for " + operation.describe());
    running.submit(
        operation,
        () -> {
          learn(operation);
          then.run();
        },
        () -> {
          forget(operation);
          history.neverAnswered(operation);
          think();
        });
  }

  /** Mostly one that holds the key; any other one has to forward. */
  private SimulatedNode someNodeFor(Operation operation) {
    List<Integer> holders = cluster.holdersNow(operation.key);
    if (holders.isEmpty() || world.chance.happens(0.2)) {
      return world.chance.oneOf(cluster.inUse());
    }
    return cluster.nodes.get(world.chance.oneOf(holders));
  }

  /** Nobody will say what has become of it. */
  private void forget(Operation operation) {
    if (operation.forwarded) {
      world.time.after(FORWARDED_FOR_NS, () -> cluster.decided(operation));
    } else {
      cluster.decided(operation);
    }
  }

  private void learn(Operation operation) {
    history.answered(operation);
    if (operation.answer == Operation.Answer.UNKNOWN && operation.forwarded) {
      forget(operation);
    } else if (operation.isDenied() || operation.forwarded) {
      cluster.decided(operation);
    }
    KeyState found = operation.found;
    if (found != null) {
      boolean siblings = found.siblings().size() > 1;
      remember(operation.key, found.version(), operation.key.historyOf(found), siblings);
    }
    if (operation.version != null && operation.written != null) {
      remember(operation.key, operation.version, operation.written.history, false);
    }
  }

  private void remember(KeyHistory key, Version version, BitSet seen, boolean ofSiblings) {
    List<Memory> known = memories.computeIfAbsent(key, k -> new ArrayList<>());
    if (known.size() == REMEMBERED) {
      known.remove(0);
    }
    known.add(new Memory(versions.encode(key.key, version), seen, ofSiblings));
  }
}
