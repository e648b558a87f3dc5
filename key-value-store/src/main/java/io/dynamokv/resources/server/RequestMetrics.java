package io.dynamokv.resources.server;

import com.codahale.metrics.LockFreeExponentiallyDecayingReservoir;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Counts and times requests, by method, and counts answers, by the first digit of their status.
 * Thread-safe.
 */
final class RequestMetrics {
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE");

  private final Map<String, Timer> byMethod = new HashMap<>();
  private final Timer others;
  private final List<Meter> byStatus = new ArrayList<>();

  RequestMetrics(MetricRegistry metrics) {
    for (String method : METHODS) {
      byMethod.put(method, timer(metrics, method));
    }
    this.others = timer(metrics, "other");
    for (int digit = 1; digit <= 5; digit++) {
      byStatus.add(metrics.meter("http.answers." + digit + "xx"));
    }
  }

  private static Timer timer(MetricRegistry metrics, String name) {
    return metrics.timer(
        "http.requests." + name,
        () -> new Timer(LockFreeExponentiallyDecayingReservoir.builder().build()));
  }

  /** Notes the end of a request. */
  void ended(String method, int status, long tookNs) {
    byMethod.getOrDefault(method, others).update(tookNs, TimeUnit.NANOSECONDS);
    if (status >= 100 && status < 600) {
      byStatus.get(status / 100 - 1).mark();
    }
  }
}
