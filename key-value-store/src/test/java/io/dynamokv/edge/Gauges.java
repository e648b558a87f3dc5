package io.dynamokv.edge;

import com.codahale.metrics.Gauge;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Watches a node's gauges. */
final class Gauges {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

  private Gauges() {}

  static long read(BootedNode node, String name) {
    return ((Number) ((Gauge<?>) node.metrics().getMetrics().get(name)).getValue()).longValue();
  }

  /** Returns when a gauge is zero; fails if it does not become so. */
  static void awaitZero(BootedNode node, String name) {
    await(() -> read(node, name) == 0);
  }

  /** Returns when something holds; fails if that does not come about. */
  static void await(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE_NS) {
        throw new AssertionError("it did not come about");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
