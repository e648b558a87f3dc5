package io.dynamokv.transport.activemq;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: doubled each time up to a maximum, and of that a random
 * part between half and all, so that nodes that lost a peer together do not come back together. For
 * one thread.
 */
final class Backoff {
  private final long firstMs;
  private final long lastMs;
  private final RandomGenerator random;
  private long nextMs;

  Backoff(Duration first, Duration last, RandomGenerator random) {
    this.firstMs = first.toMillis();
    this.lastMs = last.toMillis();
    this.random = random;
    this.nextMs = firstMs;
  }

  void reset() {
    nextMs = firstMs;
  }

  Duration next() {
    long mostMs = nextMs;
    nextMs = Math.min(lastMs, 2 * nextMs);
    return Duration.ofMillis(mostMs - random.nextLong(mostMs / 2 + 1));
  }
}
