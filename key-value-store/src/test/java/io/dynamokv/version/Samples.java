package io.dynamokv.version;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Small things that the tests of this package speak of. */
final class Samples {
  static final Actor A = new Actor(0xa, 1);
  static final Actor B = new Actor(0xb, 1);
  static final Actor C = new Actor(0xc, 1);

  private Samples() {}

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static List<String> values(KeyState state) {
    return state.values().stream().map(value -> new String(value, UTF_8)).toList();
  }

  static ClockEntry entry(Actor actor, long counter, long timestampMs) {
    return new ClockEntry(actor, counter, timestampMs);
  }

  static VectorClock clock(ClockEntry... entries) {
    return VectorClock.of(List.of(entries));
  }

  static Arbitrary<Actor> actors() {
    return Combinators.combine(
            Arbitraries.longs().between(-6, 6), Arbitraries.integers().between(-1, 2))
        .as(Actor::new);
  }

  static Arbitrary<Dot> dots() {
    return Combinators.combine(actors(), Arbitraries.longs().between(-2, 9)).as(Dot::new);
  }

  /** Any clock at all, with timestamps that say nothing. */
  static Arbitrary<VectorClock> clocks() {
    return Combinators.combine(
            actors(),
            Arbitraries.longs().between(-2, 9),
            Arbitraries.frequencyOf(
                Tuple.of(9, Arbitraries.longs().between(0, 5)), Tuple.of(1, Arbitraries.longs())))
        .as(ClockEntry::new)
        .list()
        .ofMaxSize(VectorClock.MAX_ENTRIES + 3)
        .map(VectorClock::of);
  }

  /** Any state at all, reachable or not; but a dot stands for the same value in all of them. */
  static Arbitrary<KeyState> states() {
    Arbitrary<List<Sibling>> siblings =
        dots().set().ofMinSize(1).ofMaxSize(6).map(dots -> dots.stream().map(Samples::of).toList());
    return Combinators.combine(clocks(), siblings).as(KeyState::of);
  }

  static Arbitrary<Version> versions() {
    return Combinators.combine(clocks(), dots().set().ofMaxSize(6)).as(Version::new);
  }

  private static Sibling of(Dot dot) {
    boolean deleted = dot.counter() % 3 == 0;
    return deleted ? Sibling.tombstone(dot) : Sibling.of(dot, bytes(dot.toString()));
  }
}
