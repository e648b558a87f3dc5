package io.dynamokv.node;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.LockFreeExponentiallyDecayingReservoir;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Timer;

/**
 * Metrics of how something is distributed, which many threads update without waiting for each
 * other. Stateless.
 */
final class Distributions {
  private Distributions() {}

  static Timer timer(MetricRegistry metrics, String name) {
    return metrics.timer(name, () -> new Timer(reservoir()));
  }

  static Histogram histogram(MetricRegistry metrics, String name) {
    return metrics.histogram(name, () -> new Histogram(reservoir()));
  }

  private static Reservoir reservoir() {
    return LockFreeExponentiallyDecayingReservoir.builder().build();
  }
}
