package io.dynamokv.node;

import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What the coordinators of a node count. Thread-safe. */
final class CoordinatorMetrics {
  final Meter lateReplies;
  final Meter refusedByTransport;
  final Meter replicaTimeouts;
  final Meter readRepairs;
  final Meter overloaded;
  final Meter hintsRefused;
  final Meter putStandIns;
  final Meter forwardRetried;
  final Meter forwardRefused;
  private final MetricRegistry registry;
  private final LongSupplier nanoClock;
  private final Timer getLatency;
  private final Timer putLatency;
  private final Timer roundTrips;
  private final Timer forwardLatency;
  private final Meter getNotEnough;
  private final Meter getTimedOut;
  private final Meter getSiblings;
  private final Meter putStale;
  private final Meter putNotEnough;
  private final Meter putNotStored;
  private final Meter putUnknown;

  CoordinatorMetrics(MetricRegistry registry, LongSupplier nanoClock) {
    this.registry = registry;
    this.nanoClock = nanoClock;
    this.getLatency = timer("requests.get.latency");
    this.putLatency = timer("requests.put.latency");
    this.roundTrips = timer("requests.replica-round-trip");
    this.forwardLatency = timer("requests.forwarded.latency");
    this.forwardRetried = registry.meter("requests.forwarded.retried");
    this.forwardRefused = registry.meter("requests.forwarded.refused");
    this.getNotEnough = registry.meter("requests.get.not-enough-replicas");
    this.getTimedOut = registry.meter("requests.get.timed-out");
    this.getSiblings = registry.meter("requests.get.with-siblings");
    this.putStale = registry.meter("requests.put.stale");
    this.putNotEnough = registry.meter("requests.put.not-enough-replicas");
    this.putNotStored = registry.meter("requests.put.not-stored");
    this.putUnknown = registry.meter("requests.put.outcome-unknown");
    this.lateReplies = registry.meter("requests.late-replies");
    this.refusedByTransport = registry.meter("requests.refused-by-transport");
    this.replicaTimeouts = registry.meter("requests.replica-timeouts");
    this.readRepairs = registry.meter("requests.read-repairs");
    this.overloaded = registry.meter("requests.overloaded");
    this.hintsRefused = registry.meter("hints.refused");
    this.putStandIns = registry.meter("requests.put.stand-ins");
  }

  void count(GetOutcome outcome, long startedNs) {
    getLatency.update(nanoClock.getAsLong() - startedNs, TimeUnit.NANOSECONDS);
    if (outcome instanceof GetOutcome.Found found) {
      if (found.state().siblings().size() > 1) {
        getSiblings.mark();
      }
    } else if (outcome instanceof GetOutcome.NotEnoughReplicas) {
      getNotEnough.mark();
    } else {
      getTimedOut.mark();
    }
  }

  void count(PutOutcome outcome, long startedNs) {
    putLatency.update(nanoClock.getAsLong() - startedNs, TimeUnit.NANOSECONDS);
    if (outcome instanceof PutOutcome.Stale) {
      putStale.mark();
    } else if (outcome instanceof PutOutcome.NotEnoughReplicas) {
      putNotEnough.mark();
    } else if (outcome instanceof PutOutcome.NotStored) {
      putNotStored.mark();
    } else if (outcome instanceof PutOutcome.Unknown) {
      putUnknown.mark();
    }
  }

  void countForwarded(long startedNs) {
    forwardLatency.update(nanoClock.getAsLong() - startedNs, TimeUnit.NANOSECONDS);
  }

  void roundTrip(long startedNs, long nowNs) {
    roundTrips.update(nowNs - startedNs, TimeUnit.NANOSECONDS);
  }

  private Timer timer(String name) {
    return Distributions.timer(registry, name);
  }
}
