package io.dynamokv.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a configuration, all of it, before anything is said. */
public final class Problems {
  private final List<Problem> found = new ArrayList<>();

  /** Notes a problem unless a condition holds. */
  public void require(boolean condition, String key, String message) {
    if (!condition) {
      found.add(new Problem(key, message));
    }
  }

  public List<Problem> found() {
    return List.copyOf(found);
  }

  /**
   * One problem.
   *
   * @param key where it is, such as {@code cluster.writes}
   * @param message what is wanted and what was found
   */
  public record Problem(String key, String message) {}
}
