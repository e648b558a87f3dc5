package io.dynamokv.repair;

import java.util.concurrent.TimeUnit;

/**
 * How many keys may be being moved at once: as many as keep the time that each takes near the
 * shortest time that one took lately and a target more. Where requests keep the two nodes busy, or
 * one of them has just begun, that time grows, and fewer keys are moved; so moving gives way to
 * requests. Not thread-safe.
 *
 * <p>Source: congestion control by delay, as in LEDBAT (RFC 6817, section 2.4); the base delay is
 * the least of the last one to two thousand keys.
 */
final class Window {
  /** It is never smaller. */
  static final int LEAST = 32;

  /**
   * Delay alone does not make it smaller, and so large it begins: one that asks but hardly gets the
   * processor waits for itself, which is no reason to ask for less.
   */
  static final int LEAST_BY_DELAY = 256;

  static final int MOST = 512;
  static final long TARGET_NS = TimeUnit.MILLISECONDS.toNanos(100);
  static final int KEYS_OF_BASE = 1000;

  /** By how much of itself it grows at most while as many keys as it holds are moved. */
  private static final double GAIN = 0.25;

  private double size = LEAST_BY_DELAY;
  private long leastNs = Long.MAX_VALUE;
  private long leastBeforeNs = Long.MAX_VALUE;
  private int keysOfLeast;
  private long halvedNs = Long.MIN_VALUE;

  int size() {
    return (int) size;
  }

  /**
   * One side had no room for a key that was begun at a time, or was silent about it. What was begun
   * together counts once.
   */
  void refused(long beganNs, long nowNs) {
    if (beganNs >= halvedNs) {
      halvedNs = nowNs;
      size = Math.max(LEAST, size / 2);
    }
  }

  /**
   * A key was moved between these times.
   *
   * @param isFull whether as many were being moved as may be; it grows only if that limits them
   */
  void moved(long beganNs, long nowNs, boolean isFull) {
    long ns = nowNs - beganNs;
    double late = (double) (ns - base(ns)) / TARGET_NS;
    boolean mayGrow = isFull && beganNs >= halvedNs; // What was begun before fills a larger one.
    if (late > 1) {
      size = Math.max(Math.min(size, LEAST_BY_DELAY), size - GAIN * Math.min(1, late - 1));
    } else if (mayGrow) {
      size = Math.min(MOST, size + GAIN * (1 - late));
    }
  }

  private long base(long ns) {
    if (keysOfLeast == KEYS_OF_BASE) {
      leastBeforeNs = leastNs;
      leastNs = Long.MAX_VALUE;
      keysOfLeast = 0;
    }
    keysOfLeast++;
    leastNs = Math.min(leastNs, ns);
    return Math.min(leastNs, leastBeforeNs);
  }
}
