package io.dynamokv.node;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Deadlines of requests that all lie the same time ahead of their adding, so that a queue keeps
 * them in order. Holds ids, not requests, so that what has ended early can be forgotten. Not
 * thread-safe.
 */
final class Deadlines {
  /** What {@link #poll} returns when nothing is due. */
  static final long NONE = -1;

  private final long delayNs;
  private final Deque<Deadline> deadlines = new ArrayDeque<>();

  Deadlines(long delayMs) {
    this.delayNs = delayMs * 1_000_000;
  }

  void add(long id, long nowNs) {
    deadlines.addLast(new Deadline(id, nowNs + delayNs));
  }

  /** Takes out the id whose deadline is due, or returns {@link #NONE}. */
  long poll(long nowNs) {
    Deadline first = deadlines.peekFirst();
    if (first == null || first.atNs - nowNs > 0) {
      return NONE;
    }
    deadlines.removeFirst();
    return first.id;
  }

  private record Deadline(long id, long atNs) {}
}
