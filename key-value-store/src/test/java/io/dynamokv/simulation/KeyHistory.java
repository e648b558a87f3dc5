package io.dynamokv.simulation;

import io.dynamokv.ring.Key;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Sibling;
import io.dynamokv.version.VectorClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All writes to one key that a replica ever made, and for each of them all writes that its client
 * had seen, directly or through others: the full history that clocks stand for. Sets of writes are
 * sets of their numbers here.
 */
final class KeyHistory {
  final int number;
  final String name;
  final Key key;

  /** The indexes of the nodes that should hold the key. */
  final List<Integer> holders;

  private final List<Written> writes = new ArrayList<>();
  private final Map<Dot, Written> byDot = new HashMap<>();

  /** Writes that were replaced by tombstones which nobody needs any more, and these. */
  private final BitSet collected = new BitSet();

  private final Set<Object> actors = new HashSet<>();

  /** A write that has its dot. */
  static final class Written {
    final int index;
    final Dot dot;
    final Operation operation;

    /** Itself, and all that its client had seen. */
    final BitSet history;

    /**
     * Whether anybody else can have learnt of it: it was read or hardened. A write that was lost in
     * a crash before that has never happened.
     */
    boolean escaped;

    private Written(int index, Dot dot, Operation operation) {
      this.index = index;
      this.dot = dot;
      this.operation = operation;
      this.history = (BitSet) operation.seen().clone();
      this.history.set(index);
    }

    @Override
    public String toString() {
      return dot + " of " + operation;
    }
  }

  KeyHistory(int number, String name, List<Integer> holders) {
    this.number = number;
    this.name = name;
    this.key = keyOf(name);
    this.holders = holders;
  }

  static Key keyOf(String name) {
    return Key.of(name.getBytes(StandardCharsets.UTF_8));
  }

  Written add(Dot dot, Operation operation) {
    Written written = new Written(writes.size(), dot, operation);
    writes.add(written);
    byDot.put(dot, written);
    actors.add(dot.actor());
    operation.written = written;
    return written;
  }

  @Nullable Written of(Dot dot) {
    return byDot.get(dot);
  }

  List<Written> writes() {
    return writes;
  }

  /** Whether a clock of this key can have been trimmed. */
  boolean maybeTrimmed() {
    return actors.size() > VectorClock.MAX_ENTRIES;
  }

  /** What a state's siblings account for: they themselves and all that their writers had seen. */
  BitSet historyOf(KeyState state) {
    BitSet history = new BitSet(writes.size());
    for (Sibling sibling : state.siblings()) {
      Written written = byDot.get(sibling.dot());
      if (written != null) {
        history.or(written.history);
      }
    }
    return history;
  }

  /** All have seen this tombstone, and forget it. */
  void collect(KeyState tombstone) {
    collected.or(historyOf(tombstone));
  }

  boolean isCollected(Written written) {
    return collected.get(written.index);
  }

  /** Takes out of a set of writes what nobody needs to know any more. */
  void removeCollected(BitSet set) {
    set.andNot(collected);
  }

  /** Whether any of its tombstones was collected. */
  boolean wasCollected() {
    return !collected.isEmpty();
  }

  /** The first write that a clock covers and a history does not know, or null. */
  @Nullable Written unaccounted(VectorClock clock, BitSet history) {
    for (int i = history.nextClearBit(0); i < writes.size(); i = history.nextClearBit(i + 1)) {
      Written written = writes.get(i);
      if (written.escaped && !isCollected(written) && clock.covers(written.dot)) {
        return written;
      }
    }
    return null;
  }

  /** A state's siblings have left the replica that made them. */
  void escape(KeyState state) {
    for (Sibling sibling : state.siblings()) {
      Written written = byDot.get(sibling.dot());
      if (written != null) {
        written.escaped = true;
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
