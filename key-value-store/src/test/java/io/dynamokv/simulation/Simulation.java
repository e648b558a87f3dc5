package io.dynamokv.simulation;

import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.View;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.RingMember;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * One run: a cluster of real nodes in virtual time, clients at work, things going wrong; then
 * everything is mended, and what must hold is looked at. The same seed gives the same run.
 */
final class Simulation {
  private static final long LONGEST_START_NS = 500 * Scenario.MILLISECOND;

  /** More than a request and the slowest step of a disk, one after the other. */
  private static final long SETTLE_NS = 7 * Scenario.SECOND;

  /** Shorter than a collection of tombstones takes, so that some are disturbed. */
  private static final long SHORTEST_REST_NS = SETTLE_NS;

  private static final long LONGEST_REST_NS = 40 * Scenario.SECOND;

  /** More than a read and the repairs that follow from it take while nothing is wrong. */
  private static final long READ_NS = Scenario.SECOND;

  /** More than a tree takes to be made anew, and several rounds of anti-entropy. */
  private static final int LONGEST_CONVERGENCE_S = 60;

  private static final int REPAIR_EVERY_S = 10;

  /** More than all newcomers take to be filled, and leavers to hand over, one after the other. */
  private static final int LONGEST_CHANGE_S = 240;

  private static final int MOST_TRIES = 5;

  /** More than the longest pause of a handoff, and two attempts. */
  private static final int LONGEST_DELIVERY_S = 150;

  /** Faults that keep everything from a node, or the node from everything, but not its memory. */
  static final List<Fault> FORGETTING_NOTHING =
      List.of(
          Fault.PAUSE,
          Fault.PARTITION,
          Fault.ONE_WAY_CUT,
          Fault.LINK_BREAK,
          Fault.BLACK_HOLE,
          Fault.STALL,
          Fault.SLOW_DISK,
          Fault.CLEAN_RESTART);

  private static final Quorum ALL_HOLDERS = new Quorum(Scenario.REPLICAS, true);

  private final long seed;
  private final World world;
  private final Cluster cluster;
  private final History history;
  private final Copies copies;

  /** What a run that found nothing wrong did. */
  record Report(
      long hash, long events, int requests, Map<Situation, Integer> situations, String scenario) {}

  Simulation(long seed, Parts parts) {
    this(seed, parts, drawn -> drawn, invariant -> true);
  }

  /**
   * A run of another kind than the seed's own.
   *
   * @param scenario makes it out of the one that was drawn
   * @param wanted which invariants are looked at
   */
  Simulation(
      long seed, Parts parts, UnaryOperator<Scenario> scenario, Predicate<Invariant> wanted) {
    this.seed = seed;
    Chance chance = new Chance(seed);
    this.world = new World(chance, scenario.apply(Scenario.draw(chance)));
    this.cluster = new Cluster(world, parts);
    this.history = new History(world);
    this.copies = new Copies(cluster.nodes.size(), cluster.keys);
    List<Invariant> invariants =
        List.of(
            new DotsAreUnique(),
            new Bounded(),
            new NoSilentClobber(),
            new NoFalseSiblings(),
            new NoResurrection(),
            new HonestAnswers(copies, cluster.membersChange),
            new NoAcknowledgedWriteLost(world, copies));
    world.watchedBy(
        Stream.concat(
                Stream.of(copies, new Forwarding(world, cluster)),
                invariants.stream().filter(wanted))
            .toList());
  }

  /** Runs a seed against the real thing. */
  static Report run(long seed) {
    return new Simulation(seed, new Parts()).run();
  }

  /** The same, with members that come and go. */
  static Report runWithChangingMembers(long seed) {
    return new Simulation(seed, new Parts(), Scenario::withChangingMembers, invariant -> true)
        .run();
  }

  /** The same, with rests in which tombstones are removed, and members that come and go or not. */
  static Report runWithRests(long seed) {
    UnaryOperator<Scenario> kind =
        seed % 2 == 0 ? Scenario::withRests : drawn -> drawn.withChangingMembers().withRests();
    return new Simulation(seed, new Parts(), kind, invariant -> true).run();
  }

  /**
   * Runs to the end.
   *
   * @throws SimulationFailure if an invariant did not hold
   */
  Report run() {
    try {
      work();
      settle(SETTLE_NS);
      if (cluster.membersChange) {
        awaitSettledRing();
      }
      awaitHints();
      converge();
      cluster.keys.forEach(
          key -> world.onFinal(key, copies.visible(cluster.holdersNow(key).get(0), key)));
      cluster.keys.forEach(this::writeEverywhere);
      return new Report(
          world.trace.hash(),
          world.time.happened(),
          history.count(),
          world.situations(),
          world.scenario.toString());
    } catch (InvariantViolation e) {
      throw new SimulationFailure(seed, world, e);
    } catch (RuntimeException | Error e) {
      // An assertion that fails or a stack that overflows needs its seed just as much.
      throw new SimulationFailure(seed, world, InvariantViolation.thrown(e));
    }
  }

  private void work() {
    for (SimulatedNode node : cluster.inUse()) {
      world.time.after(world.chance.durationNs(1, LONGEST_START_NS), node::start);
    }
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < world.scenario.clients(); i++) {
      clients.add(new Client(world, cluster, history));
    }
    act(clients);
    for (int i = 1; i < world.scenario.acts(); i++) {
      world.time.pass(world.chance.durationNs(SHORTEST_REST_NS, LONGEST_REST_NS));
      act(clients);
    }
  }

  private void act(List<Client> clients) {
    clients.forEach(Client::start);
    Chaos chaos = new Chaos(world, cluster);
    chaos.begin();
    world.time.pass(world.scenario.chaosNs());
    clients.forEach(Client::stop);
    chaos.end();
  }

  /** Lets what is under way come to its end, after which nothing may be left over. */
  private void settle(long durationNs) {
    world.time.pass(durationNs);
    for (SimulatedNode node : cluster.inUse()) {
      RunningNode running = node.running();
      int left = running == null ? -1 : running.registered();
      if (left != 0) {
        String what = left < 0 ? " is not up" : " still has %d requests".formatted(left);
        throw new InvariantViolation("NothingLeaks", Trace.ALL, node.id() + what);
      }
    }
  }

  /** All changes of the ring come to their end, and what moved is where it belongs. */
  private void awaitSettledRing() {
    for (int second = 0; !isRingSettled() || isTooSmall(); second++) {
      if (second == LONGEST_CHANGE_S) {
        throw new InvariantViolation("RingSettles", Trace.ALL, describeRing());
      }
      cluster.inUse().forEach(SimulatedNode::goIfRemoved);
      sayWhoIsGone();
      if (isTooSmall()) {
        cluster.nodes.stream()
            .filter(node -> !node.isInUse())
            .findFirst()
            .ifPresent(SimulatedNode::join);
      }
      world.time.pass(Scenario.SECOND);
    }
  }

  /** As an operator does with a member that is seen to be down, and will not come back. */
  private void sayWhoIsGone() {
    for (SimulatedNode node : cluster.inUse()) {
      RunningNode running = node.running();
      if (running != null) {
        cluster.nodes.stream()
            .filter(other -> !other.isInUse() && running.view().isMember(other.id()))
            .forEach(other -> running.remove(other.id()));
      }
    }
  }

  private boolean isTooSmall() {
    return cluster.staying() < Scenario.REPLICAS;
  }

  private boolean isRingSettled() {
    Set<MemberId> members = new HashSet<>();
    Set<Long> plans = new HashSet<>();
    cluster.inUse().forEach(node -> members.add(node.id()));
    for (SimulatedNode node : cluster.inUse()) {
      RunningNode running = node.running();
      if (running == null) {
        return false;
      }
      View view = running.view();
      plans.add(view.plan());
      Set<MemberId> onRing = new HashSet<>();
      view.ring().members().forEach(member -> onRing.add(member.id()));
      boolean isSettled =
          view.next() == null
              && onRing.equals(members)
              && view.readable().equals(members)
              && view.members().size() == members.size()
              && running.isClear();
      if (!isSettled) {
        return false;
      }
    }
    return plans.size() == 1;
  }

  private String describeRing() {
    StringBuilder text = new StringBuilder("the ring has not settled:");
    for (SimulatedNode node : cluster.inUse()) {
      RunningNode running = node.running();
      text.append(" ").append(node.id()).append(" ");
      text.append(running == null ? "does not run;" : describe(running));
      text.append(" owes ").append(node.disk.owed()).append(";");
    }
    return text.toString();
  }

  private static String describe(RunningNode node) {
    View view = node.view();
    return "plan %d, %s, failure %s, reachable %s, next %s, readable %s, ring %s, clear %s;"
        .formatted(
            view.plan(),
            node.filling(),
            node.failure(),
            new TreeSet<>(view.reachable()),
            view.next() != null,
            new TreeSet<>(view.readable()),
            view.ring().members().stream().map(RingMember::id).toList(),
            node.isClear());
  }

  /** What nodes owe to each other arrives without anybody's help. */
  private void awaitHints() {
    for (int second = 0; cluster.inUse().stream().anyMatch(node -> node.disk.owes()); second++) {
      if (second == LONGEST_DELIVERY_S) {
        StringBuilder owed = new StringBuilder("still owed:");
        cluster
            .inUse()
            .forEach(node -> owed.append(" ").append(node.id()).append(node.disk.owed()));
        throw new InvariantViolation("HintsArrive", Trace.ALL, owed + "; " + describeRing());
      }
      world.time.pass(Scenario.SECOND);
    }
    if (cluster.membersChange) {
      // What arrives at one that has ceased to be a holder goes on from there.
      world.time.pass(SETTLE_NS);
      awaitSettledRing();
    }
    cluster.keys.forEach(this::requireNothingLeftOver);
    if (nobodyForgot() && !areEqualEverywhere()) {
      throw apart("Handoff", "its copies still differ after all hints have arrived");
    }
  }

  /** Nobody keeps anything for others when nobody is owed anything. */
  private void requireNothingLeftOver(KeyHistory key) {
    List<Integer> holders = cluster.holdersNow(key);
    for (SimulatedNode node : cluster.inUse()) {
      boolean isHolder = holders.contains(node.index);
      if (!isHolder && !copies.visible(node.index, key).equals(KeyState.EMPTY)) {
        String what = "%s still has %s, which is not its own".formatted(node.id(), key);
        throw new InvariantViolation("NothingLeftOver", key.name, what);
      }
    }
  }

  /** Whether hints alone must have brought all copies together. */
  private boolean nobodyForgot() {
    return !cluster.membersChange
        && FORGETTING_NOTHING.containsAll(world.scenario.faults())
        && world.scenario.maxHintAgeMs() == Scenario.NEVER_MS
        && world.scenario.maxHintBytes() == Scenario.PLENTY
        && world.scenario.antiEntropyNs() == Scenario.NEVER_NS
        && !world.situations().containsKey(Situation.QUEUE_FULL)
        && cluster.keys.stream().noneMatch(KeyHistory::maybeTrimmed);
  }

  /** Copies become equal without anybody reading them. */
  private void converge() {
    for (int second = 0; !areEqualEverywhere(); second++) {
      if (second == LONGEST_CONVERGENCE_S) {
        throw apart("Convergence", "its copies still differ after several rounds of anti-entropy");
      }
      world.met(Situation.COPIES_APART);
      if (second % REPAIR_EVERY_S == 0) {
        cluster.inUse().forEach(Simulation::repair);
      }
      world.time.pass(Scenario.SECOND);
    }
  }

  private static void repair(SimulatedNode node) {
    RunningNode running = node.running();
    if (running != null) {
      running.repair();
    }
  }

  private void submit(int node, Operation operation) {
    RunningNode running = cluster.nodes.get(node).running();
    if (running != null) {
      running.submit(operation, () -> {}, () -> {});
    }
  }

  /** With everything mended, nothing stands in the way of a write to all holders. */
  private void writeEverywhere(KeyHistory key) {
    for (int holder : cluster.holdersNow(key)) {
      Operation write = write(key, holder);
      // Where a queue holds one thing, anti-entropy may be just that.
      boolean mayBeRefused = world.scenario.queueCapacity() < Scenario.ENOUGH_ROOM;
      for (int tries = 1;
          mayBeRefused && tries < MOST_TRIES && write.answer != Operation.Answer.STORED;
          tries++) {
        write = write(key, holder);
      }
      // A trimmed clock may bring back what the write replaced, on those that still had it.
      boolean asItShould = isEqualEverywhere(key) || key.maybeTrimmed();
      if (key.wasCollected()) {
        converge(); // Some may have had a tombstone that others had removed.
        asItShould = true;
      }
      if (write.answer != Operation.Answer.STORED || !asItShould) {
        throw new InvariantViolation(
            "Recovery", key.name, key + ": mended, but " + write + " ended as " + write.answer);
      }
    }
  }

  private Operation write(KeyHistory key, int holder) {
    KeyState seen = copies.visible(holder, key);
    Version from = new Version(seen.version().clock(), seen.version().dots());
    Operation write = history.write(key, ALL_HOLDERS, from, key.historyOf(seen), false);
    cluster.remember(write);
    submit(holder, write);
    settle(READ_NS);
    return write;
  }

  private boolean areEqualEverywhere() {
    return cluster.keys.stream().allMatch(this::isEqualEverywhere);
  }

  private boolean isEqualEverywhere(KeyHistory key) {
    List<Integer> holders = cluster.holdersNow(key);
    KeyState first = essence(key, holders.get(0));
    return holders.stream().allMatch(node -> essence(key, node).equals(first));
  }

  /** A node whose clock is slow may have a tombstone for a minute that others have removed. */
  private KeyState essence(KeyHistory key, int node) {
    KeyState state = copies.visible(node, key);
    return key.wasCollected() && state.isDeleted() ? KeyState.EMPTY : state;
  }

  private InvariantViolation apart(String invariant, String what) {
    KeyHistory key =
        cluster.keys.stream().filter(each -> !isEqualEverywhere(each)).findFirst().orElseThrow();
    return new InvariantViolation(invariant, key.name, key + ": " + what);
  }
}
