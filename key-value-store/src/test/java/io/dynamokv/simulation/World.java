package io.dynamokv.simulation;

import io.dynamokv.transport.Message;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What everything in a run shares: time, chance, the trace, and those who watch. */
final class World implements Invariant {
  final Trace trace = new Trace();
  final VirtualTime time = new VirtualTime(trace);
  final Chance chance;
  final Scenario scenario;
  private final EnumMap<Situation, Integer> situations = new EnumMap<>(Situation.class);
  private final Map<Integer, Integer> losses = new HashMap<>();
  private int collections;
  private List<Invariant> invariants = List.of();

  World(Chance chance, Scenario scenario) {
    this.chance = chance;
    this.scenario = scenario;
  }

  /** Those who are shown what happens, in this order. */
  void watchedBy(List<Invariant> watchers) {
    invariants = watchers;
  }

  void note(String about, String text) {
    trace.note(time.nowNs(), about, text);
  }

  void met(Situation situation) {
    situations.merge(situation, 1, Integer::sum);
  }

  Map<Situation, Integer> situations() {
    return situations;
  }

  /** A replica was given this dot. */
  Dot given(int node, Dot dot) {
    onDot(node, dot);
    return dot;
  }

  @Override
  public void onDot(int node, Dot dot) {
    tell(invariant -> invariant.onDot(node, dot));
  }

  @Override
  public void onWritten(KeyHistory key, KeyHistory.Written written) {
    tell(invariant -> invariant.onWritten(key, written));
  }

  @Override
  public void onStored(int node, KeyHistory key, KeyState state) {
    tell(invariant -> invariant.onStored(node, key, state));
  }

  @Override
  public void onReleased(int node, KeyHistory key, Map<Integer, Integer> heirs) {
    met(Situation.KEY_RELEASED);
    tell(invariant -> invariant.onReleased(node, key, heirs));
  }

  @Override
  public void onCollected(int node, KeyHistory key, KeyState tombstone) {
    met(Situation.TOMBSTONE_COLLECTED);
    collections++;
    key.collect(tombstone);
    tell(invariant -> invariant.onCollected(node, key, tombstone));
  }

  /** How many tombstones have been removed so far. */
  int collections() {
    return collections;
  }

  @Override
  public void onHardened(int node) {
    tell(invariant -> invariant.onHardened(node));
  }

  @Override
  public void onRead(int node, KeyHistory key, KeyState state) {
    tell(invariant -> invariant.onRead(node, key, state));
  }

  /** How often a node has lost what it had hardened. */
  int lossesOf(int node) {
    return losses.getOrDefault(node, 0);
  }

  @Override
  public void onLost(int node) {
    losses.merge(node, 1, Integer::sum);
    tell(invariant -> invariant.onLost(node));
  }

  @Override
  public void onFoundAtStart(int node, KeyHistory key, KeyState state) {
    tell(invariant -> invariant.onFoundAtStart(node, key, state));
  }

  @Override
  public void onSent(int from, int to, Message message) {
    tell(invariant -> invariant.onSent(from, to, message));
  }

  @Override
  public void onBegun(Operation operation) {
    tell(invariant -> invariant.onBegun(operation));
  }

  @Override
  public void onAnswered(Operation operation) {
    tell(invariant -> invariant.onAnswered(operation));
  }

  @Override
  public void onFinal(KeyHistory key, KeyState state) {
    tell(invariant -> invariant.onFinal(key, state));
  }

  private void tell(Consumer<Invariant> event) {
    try {
      invariants.forEach(event);
    } catch (InvariantViolation e) {
      throw found(e);
    }
  }

  /** Ends the run for it, whoever survives it. */
  InvariantViolation found(InvariantViolation violation) {
    time.endFor(violation);
    return violation;
  }
}
