package io.dynamokv.simulation;

import io.dynamokv.coordination.Quorum;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Version;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in virtual time on which a history is played step by step, of one key; it is watched
 * for what must hold as in a {@link Simulation}. Nodes are told apart by their indexes.
 */
final class Stage {
  private static final int LONGEST_ANSWER_S = 5;

  final World world = new World(new Chance(1), Scenario.staged(5));
  final Cluster cluster;
  final KeyHistory key;
  private final Copies copies;
  private final History history = new History(world);

  Stage(Parts parts) {
    this.cluster = new Cluster(world, parts);
    this.key = cluster.keys.get(0);
    this.copies = new Copies(cluster.nodes.size(), cluster.keys);
    world.watchedBy(
        List.of(
            copies,
            new DotsAreUnique(),
            new NoSilentClobber(),
            new NoFalseSiblings(),
            new NoResurrection(),
            new Forwarding(world, cluster),
            new HonestAnswers(copies, false),
            new NoAcknowledgedWriteLost(world, copies)));
    cluster.nodes.forEach(SimulatedNode::start);
    pass(5);
  }

  /** One of the nodes that should hold the key: 0 to 2. */
  SimulatedNode holder(int rank) {
    return cluster.nodes.get(key.holders.get(rank));
  }

  /** Those that have anything of the key without being one of its holders. */
  List<SimulatedNode> standIns() {
    return cluster.nodes.stream()
        .filter(node -> !key.holders.contains(node.index) && !stateAt(node).isEmpty())
        .toList();
  }

  KeyState stateAt(SimulatedNode node) {
    return copies.visible(node.index, key);
  }

  void pass(int seconds) {
    world.time.pass(seconds * Scenario.SECOND);
  }

  void cutOff(SimulatedNode node, boolean cut) {
    for (SimulatedNode other : cluster.nodes) {
      if (other != node) {
        cluster.network.setLinked(node.id(), other.id(), !cut);
        cluster.network.setLinked(other.id(), node.id(), !cut);
      }
    }
  }

  Operation get(SimulatedNode node, int quorum) {
    return submit(node, history.get(key, new Quorum(quorum, false)));
  }

  /**
   * @param seen what the client has read, or null if nothing
   */
  Operation put(SimulatedNode node, @Nullable Operation seen, int quorum) {
    return write(node, seen, quorum, false);
  }

  Operation delete(SimulatedNode node, @Nullable Operation seen, int quorum) {
    return write(node, seen, quorum, true);
  }

  private Operation write(
      SimulatedNode node, @Nullable Operation seen, int quorum, boolean delete) {
    KeyState found = seen == null || seen.found == null ? KeyState.EMPTY : seen.found;
    Version version = found.version();
    Version from = new Version(version.clock(), version.dots());
    BitSet known = key.historyOf(found);
    Operation write = history.write(key, new Quorum(quorum, false), from, known, delete);
    cluster.remember(write);
    return submit(node, write);
  }

  private Operation submit(SimulatedNode node, Operation operation) {
    RunningNode running = node.running();
    if (running == null) {
      throw new IllegalStateException(node.id() + " does not run");
    }
    running.submit(operation, () -> {}, () -> {});
    for (int i = 0; i < LONGEST_ANSWER_S && operation.answer == Operation.Answer.NONE; i++) {
      pass(1);
    }
    return operation;
  }

  /** The values in a state, in words. */
  static TreeSet<String> values(@Nullable KeyState state) {
    TreeSet<String> values = new TreeSet<>();
    if (state != null) {
      state.values().forEach(value -> values.add(new String(value, StandardCharsets.UTF_8)));
    }
    return values;
  }

  static String valueOf(Operation write) {
    return write.value == null ? "" : new String(write.value, StandardCharsets.UTF_8);
  }

  /** Nothing more goes wrong: all copies become equal, and what must hold in the end does. */
  KeyState end() {
    pass(60);
    KeyState state = stateAt(holder(0));
    for (int rank = 1; rank < Scenario.REPLICAS; rank++) {
      if (!stateAt(holder(rank)).equals(state)) {
        throw new AssertionError(
            "copies differ: %s and %s".formatted(state, stateAt(holder(rank))));
      }
    }
    world.onFinal(key, state);
    return state;
  }
}
