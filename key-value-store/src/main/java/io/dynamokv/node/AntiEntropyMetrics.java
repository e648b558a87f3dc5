package io.dynamokv.node;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.dynamokv.repair.AntiEntropy;
import io.dynamokv.repair.RoundReport;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** What the last round of anti-entropy has cost and brought, as gauges. */
final class AntiEntropyMetrics {
  private AntiEntropyMetrics() {}

  static void register(MetricRegistry registry, AntiEntropy antiEntropy) {
    last(registry, antiEntropy, "round-ms", round -> ms(round.durationNs()));
    last(registry, antiEntropy, "partitions", RoundReport::partitions);
    last(registry, antiEntropy, "partitions-differing", RoundReport::differing);
    last(registry, antiEntropy, "partitions-unknown", RoundReport::unknown);
    last(registry, antiEntropy, "keys-compared", RoundReport::keysCompared);
    last(registry, antiEntropy, "keys-sent", RoundReport::keysSent);
    last(registry, antiEntropy, "keys-fetched", RoundReport::keysFetched);
    last(registry, antiEntropy, "bytes", RoundReport::bytes);
    last(registry, antiEntropy, "failures", RoundReport::failures);
    registry.gauge(
        "anti-entropy.oldest-unverified-ms",
        () -> (Gauge<Long>) () -> ms(antiEntropy.oldestUnverifiedNs()));
  }

  private static void last(
      MetricRegistry registry,
      AntiEntropy antiEntropy,
      String name,
      ToLongFunction<RoundReport> value) {
    registry.gauge(
        "anti-entropy.last." + name,
        () -> (Gauge<Long>) () -> value.applyAsLong(antiEntropy.lastReport()));
  }

  private static long ms(long ns) {
    return TimeUnit.NANOSECONDS.toMillis(ns);
  }
}
