package io.dynamokv.coordination;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/** Which states may follow which; checked on every move. Immutable. */
final class Moves<S extends Enum<S>> {
  private final EnumMap<S, Set<S>> legal;

  Moves(Map<S, Set<S>> legal) {
    this.legal = new EnumMap<>(legal);
  }

  /**
   * Returns the state moved to.
   *
   * @throws IllegalStateException if the table does not hold the move: a bug in the machine
   */
  S move(S from, S to) {
    if (!legal.getOrDefault(from, Set.of()).contains(to)) {
      throw new IllegalStateException("no move from " + from + " to " + to);
    }
    return to;
  }
}
