package io.dynamokv.simulation;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.NoopMetricRegistry;
import io.dynamokv.membership.ClusterFacts;
import io.dynamokv.membership.Member;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Ring;
import io.dynamokv.transport.WireCodec;
import io.dynamokv.transport.WireLimits;
import io.dynamokv.transport.memory.InMemoryNetwork;
import io.dynamokv.version.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The nodes of a run, the network between them, and the keys that they hold. */
final class Cluster {
  private static final int PARTITIONS = 16;
  private static final int MAX_UNDER_WAY = 1000;

  final Parts parts;
  final ClusterFacts facts = new ClusterFacts("simulated", PARTITIONS, Scenario.REPLICAS, 0);
  final MetricRegistry noMetrics = new NoopMetricRegistry();
  final Weather weather;
  final InMemoryNetwork network;
  final List<Member> members;
  final boolean membersChange;

  /** The ring at the beginning; where members change it is one that could be. */
  final Ring ring;

  final List<SimulatedNode> nodes = new ArrayList<>();
  final List<KeyHistory> keys = new ArrayList<>();
  private final Map<Key, KeyHistory> histories = new HashMap<>();

  /** Each write names its version by an object of its own, by which it is known again. */
  private final Map<Version, Operation> writers = new IdentityHashMap<>();

  private final Set<Operation> deletes = new HashSet<>();

  /** On its way to another node a version becomes another object. */
  private final Set<Operation> forwardedWrites = new LinkedHashSet<>();

  Cluster(World world, Parts parts) {
    this.parts = parts;
    this.weather = new Weather(world, this::indexOf);
    this.network =
        new InMemoryNetwork(
            new WireCodec(WireLimits.DEFAULT),
            MAX_UNDER_WAY,
            (delay, task) -> world.time.after(delay.toNanos(), task),
            weather);
    int first = world.scenario.nodes();
    this.members = SimulatedRing.members(first + world.scenario.spares());
    this.membersChange = world.scenario.membersChange();
    this.ring = SimulatedRing.of(members.subList(0, first), PARTITIONS, Scenario.REPLICAS);
    for (int i = 0; i < members.size(); i++) {
      nodes.add(new SimulatedNode(i, members.get(i), world, this));
      nodes.get(i).setInUse(i < first);
    }
    for (int i = 0; i < world.scenario.keys(); i++) {
      addKey(i, "key-" + i);
    }
  }

  private void addKey(int number, String name) {
    List<Integer> holders =
        ring.preferenceList(KeyHistory.keyOf(name)).holders().stream().map(this::indexOf).toList();
    KeyHistory history = new KeyHistory(number, name, holders);
    keys.add(history);
    histories.put(history.key, history);
  }

  /** The machines that run a node, or would if nothing were wrong. */
  List<SimulatedNode> inUse() {
    return nodes.stream().filter(SimulatedNode::isInUse).toList();
  }

  /** How many of them are there to stay. */
  long staying() {
    return inUse().stream().filter(node -> !node.isLeaving()).count();
  }

  /** Who holds a key, as one of the nodes sees it that run. */
  List<Integer> holdersNow(KeyHistory key) {
    if (!membersChange) {
      return key.holders;
    }
    return inUse().stream()
        .map(SimulatedNode::running)
        .filter(Objects::nonNull)
        .map(running -> running.view().ring().preferenceList(key.key).holders())
        .map(holders -> holders.stream().map(this::indexOf).filter(i -> i >= 0).toList())
        .filter(holders -> !holders.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  int indexOf(MemberId id) {
    return members.stream().map(Member::id).toList().indexOf(id);
  }

  KeyHistory historyOf(Key key) {
    KeyHistory history = histories.get(key);
    if (history == null) {
      throw new IllegalArgumentException("nobody writes " + key);
    }
    return history;
  }

  /** Whether a delete of the key may still be carried out: two at once could not be told apart. */
  boolean isDeleting(KeyHistory key) {
    return deletes.stream().anyMatch(delete -> delete.key == key);
  }

  /** Nothing more will come of a request than has come by now. */
  void decided(Operation operation) {
    deletes.remove(operation);
  }

  /** Remembers which write follows from this very version. */
  void remember(Operation write) {
    writers.put(write.from, write);
    if (write.kind == Operation.Kind.DELETE) {
      deletes.add(write);
    }
  }

  Operation writer(ReplicaWrite.Coordinate write) {
    Operation operation = writers.get(write.from());
    return operation != null ? operation : forwardedWriter(write);
  }

  /** Values differ from each other; of deletes there is one at a time. */
  private Operation forwardedWriter(ReplicaWrite.Coordinate write) {
    return forwardedWrites.stream()
        .filter(operation -> operation.key.key.equals(write.key()))
        .filter(operation -> Arrays.equals(operation.value, write.value()))
        .reduce((earlier, later) -> later)
        .orElseThrow(() -> new IllegalArgumentException("nobody writes from " + write.from()));
  }

  /** A node has sent another this request. */
  void forwarded(Operation operation) {
    if (operation.isWrite()) {
      forwardedWrites.add(operation);
    }
  }
}
