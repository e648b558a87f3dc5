package io.dynamokv.version;

import java.util.List;
import java.util.Set;

/**
 * What a reader has seen of a key, carried from a GET to the PUT that follows from it. Immutable.
 *
 * @param clock the key's clock
 * @param dots the siblings that were seen although the trimmed clock does not cover them; at most
 *     {@value KeyState#MAX_SIBLINGS} for each replica that was read
 */
public record Version(VectorClock clock, Set<Dot> dots) {
  /** The version of a key that was never written. */
  public static final Version NONE = new Version(VectorClock.EMPTY, Set.of());

  public Version {
    dots = Set.copyOf(dots);
  }

  static Version of(VectorClock clock, List<Sibling> siblings) {
    boolean allCovered = siblings.stream().allMatch(sibling -> clock.covers(sibling.dot()));
    if (allCovered) {
      return new Version(clock, Set.of());
    }
    return new Version(
        clock,
        Set.copyOf(siblings.stream().map(Sibling::dot).filter(dot -> !clock.covers(dot)).toList()));
  }

  /** Whether a write has been seen. */
  public boolean covers(Dot dot) {
    return clock.covers(dot) || dots.contains(dot);
  }
}
