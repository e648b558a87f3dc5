package io.dynamokv.coordination;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.Version;
import java.util.List;

/** States of one key, as its replicas may hold them. */
final class States {
  private static final Actor X = new Actor(1, 1);
  private static final Actor Y = new Actor(2, 1);

  /** The first value. */
  static final KeyState OLD = write(KeyState.EMPTY, Version.NONE, X, 1, "old");

  /** Written by somebody who had seen {@link #OLD}. */
  static final KeyState NEW = write(OLD, OLD.version(), X, 2, "new");

  /** Written by somebody else who had seen no more than {@link #OLD}. */
  static final KeyState OTHER = write(OLD, OLD.version(), Y, 1, "other");

  /** {@link #NEW} and {@link #OTHER}, side by side. */
  static final KeyState BOTH = NEW.merge(OTHER);

  /** Written by somebody who had seen both. */
  static final KeyState RESOLVED = write(BOTH, BOTH.version(), Y, 2, "resolved");

  static final List<KeyState> ANY = List.of(KeyState.EMPTY, OLD, NEW, OTHER, BOTH, RESOLVED);

  private States() {}

  private static KeyState write(
      KeyState state, Version from, Actor by, long counter, String value) {
    return state.write(from, new Dot(by, counter), counter, value.getBytes(UTF_8));
  }
}
