package io.dynamokv.version;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The oracle of the tests: every write to a key, and for each the whole set of writes that its
 * writer had seen. It is what a vector clock stands for, with nothing left out. A history is a set
 * of writes, by their numbers in this log.
 */
final class WriteLog {
  private record Write(Sibling written, BitSet seen) {}

  private final List<Write> writes = new ArrayList<>();
  private final Map<Dot, Integer> numbers = new HashMap<>();

  /** Notes a write, and returns the history that begins with what its writer had seen. */
  BitSet add(Dot dot, byte @Nullable [] value, BitSet seen) {
    if (numbers.put(dot, writes.size()) != null) {
      throw new AssertionError("the dot " + dot + " was given out twice");
    }
    Sibling written = value == null ? Sibling.tombstone(dot) : Sibling.of(dot, value);
    writes.add(new Write(written, (BitSet) seen.clone()));
    BitSet history = (BitSet) seen.clone();
    history.set(writes.size() - 1);
    return history;
  }

  /** What was written under a dot. */
  Sibling written(Dot dot) {
    return writes.get(number(dot)).written;
  }

  boolean contains(BitSet history, Dot dot) {
    return history.get(number(dot));
  }

  private int number(Dot dot) {
    return requireNonNull(numbers.get(dot));
  }

  Set<Dot> dots() {
    return numbers.keySet();
  }

  Set<Dot> dots(BitSet history) {
    Set<Dot> dots = new HashSet<>();
    history.stream().forEach(number -> dots.add(writes.get(number).written.dot()));
    return dots;
  }

  /** The writes of a history that no write of the same history had seen. */
  Set<Dot> unreplaced(BitSet history) {
    BitSet unreplaced = (BitSet) history.clone();
    history.stream().forEach(number -> unreplaced.andNot(writes.get(number).seen));
    return dots(unreplaced);
  }

  long actors() {
    return numbers.keySet().stream().map(Dot::actor).distinct().count();
  }
}
