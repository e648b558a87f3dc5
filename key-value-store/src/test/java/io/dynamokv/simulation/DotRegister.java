package io.dynamokv.simulation;

import static java.util.Objects.requireNonNull;

import io.dynamokv.storage.Storage;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Sibling;
import io.dynamokv.version.StateCodec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which client's write got which dot in one life of a node: from the writes that its
 * replica was given, and the states that its storage was seen to take.
 */
final class DotRegister {
  private final World world;
  private final Cluster cluster;
  private final SimulatedNode node;

  /** The clients' writes that the replica was given, and of which it has not said what came. */
  private final Set<Operation> undecided = new LinkedHashSet<>();

  /** Who has been given what the replica keeps for others, and how often each had lost its data. */
  private final Map<KeyHistory, Map<Integer, Integer>> heirs = new HashMap<>();

  /** The keys whose tombstones the replica was told to remove. */
  private final Set<KeyHistory> collecting = new HashSet<>();

  DotRegister(World world, Cluster cluster, SimulatedNode node) {
    this.world = world;
    this.cluster = cluster;
    this.node = node;
  }

  /** The replica was told that somebody has what it keeps for others. */
  void handedOver(KeyHistory key, int holder) {
    heirs.computeIfAbsent(key, k -> new TreeMap<>()).put(holder, world.lossesOf(holder));
  }

  /** The replica was told that nobody needs a key's tombstone. */
  void collect(KeyHistory key) {
    collecting.add(key);
  }

  /** The replica has said what came of it. */
  void endCollect(KeyHistory key) {
    collecting.remove(key);
  }

  void given(Operation write) {
    undecided.add(write);
  }

  void decided(Operation write) {
    undecided.remove(write);
  }

  /** The storage has written this. */
  void onChange(Storage.Change change) {
    KeyHistory key = cluster.historyOf(change.key());
    byte[] next = change.next();
    if (next == null && collecting.contains(key)) {
      world.note(key.name, node.id() + " collects its tombstone");
      world.onCollected(node.index, key, StateCodec.decode(requireNonNull(change.expected())));
      return;
    } else if (next == null) {
      world.note(key.name, node.id() + " releases it");
      world.onReleased(node.index, key, heirs.getOrDefault(key, Map.of()));
      heirs.remove(key);
      return;
    }
    KeyState state = StateCodec.decode(next);
    for (Sibling sibling : state.siblings()) {
      if (key.of(sibling.dot()) == null) {
        name(key, sibling);
      }
    }
    world.note(key.name, node.id() + " becomes " + state);
    if (key.maybeTrimmed()) {
      world.met(Situation.CLOCK_TRIMMED);
    }
    world.onStored(node.index, key, state);
  }

  private void name(KeyHistory key, Sibling sibling) {
    Operation writer = writerOf(key, sibling);
    if (writer != null) {
      world.note(key.name, node.id() + " gives " + writer + " the dot " + sibling.dot());
      world.onWritten(key, key.add(sibling.dot(), writer));
    }
  }

  private @Nullable Operation writerOf(KeyHistory key, Sibling sibling) {
    for (Operation operation : undecided) {
      if (operation.key == key
          && operation.written == null
          && Arrays.equals(operation.value, sibling.value())) {
        return operation;
      }
    }
    return null;
  }
}
