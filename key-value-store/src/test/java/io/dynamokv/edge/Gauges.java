package io.dynamokv.edge;

import com.codahale.metrics.Gauge;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Watches a node's gauges. */
final class Gauges {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

  private Gauges() {}

  static long read(BootedNode node, String name) {
    return ((Number) ((Gauge<?>) node.metrics().getMetrics().get(name)).getValue()).longValue();
  }

  /** Returns when a gauge is zero; fails if it does not become so. */
  static void awaitZero(BootedNode node, String name) {
    long start = System.nanoTime();
    while (read(node, name) != 0) {
      if (System.nanoTime() - start > PATIENCE_NS) {
        throw new AssertionError(name + " stays at " + read(node, name));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
