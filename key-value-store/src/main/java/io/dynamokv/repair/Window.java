package io.dynamokv.repair;

import java.util.concurrent.TimeUnit;

/**
 * How many keys may be being moved at once: as many as keep the time that each takes near a target.
 * Where requests keep the two nodes busy, or one of them has just begun, that time grows, and fewer
 * keys are moved; so moving gives way to requests. Not thread-safe.
 *
 * <p>Source: congestion control by delay, as in LEDBAT (RFC 6817, section 2.4); without its base
 * delay, which between nodes is small beside the target.
 */
final class Window {
  static final int LEAST = 16;
  static final int MOST = 512;
  static final long TARGET_NS = TimeUnit.MILLISECONDS.toNanos(50);

  /** By how much of itself it grows at most while as many keys as it holds are moved. */
  private static final double GAIN = 0.25;

  private double size = LEAST;

  int size() {
    return (int) size;
  }

  /** A key was moved, or was not, in this time. */
  void took(long ns) {
    double offTarget = Math.max(-1, 1 - (double) ns / TARGET_NS);
    size = Math.min(MOST, Math.max(LEAST, size + GAIN * offTarget));
  }
}
