package io.dynamokv.transport.activemq;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.MemberId;
import java.util.ArrayList;
import java.util.List;

/**
 * What an operator can watch, all under {@code messaging}. Thread-safe. Gauges leave the registry
 * when the transport closes, so that another may take their place.
 */
final class TransportMetrics {
  /** Messages in each envelope that was sent, or received. */
  final Histogram batchSent;

  final Histogram batchReceived;
  final Meter messagesSent;
  final Meter messagesReceived;

  /** Messages that were beyond a limit of the wire and so were not sent. */
  final Meter messagesOversized;

  /** Operations that this node does not know. */
  final Meter messagesUnknown;

  /** Callers that were turned away at the door, or shown out later. */
  final Meter connectionsRefused;

  /** Envelopes from members that were dropped: malformed, or not theirs. */
  final Meter framesRefused;

  private final MetricRegistry registry;
  private final List<String> gauges = new ArrayList<>();

  TransportMetrics(MetricRegistry registry) {
    this.registry = registry;
    this.batchSent = registry.histogram("messaging.batch.sent");
    this.batchReceived = registry.histogram("messaging.batch.received");
    this.messagesSent = registry.meter("messaging.messages.sent");
    this.messagesReceived = registry.meter("messaging.messages.received");
    this.messagesOversized = registry.meter("messaging.messages.oversized");
    this.messagesUnknown = registry.meter("messaging.messages.unknown");
    this.connectionsRefused = registry.meter("messaging.connections.refused");
    this.framesRefused = registry.meter("messaging.frames.refused");
  }

  /**
   * What is counted for each peer: messages {@code refused} because too many were waiting, messages
   * {@code dropped} when the link was lost, batches {@code rejected} by a peer without memory for
   * them, and how often it was {@code linked}.
   */
  Meter peerMeter(MemberId peer, String what) {
    return registry.meter(name(peer, what));
  }

  void gauge(MemberId peer, String what, Gauge<Number> gauge) {
    gauge(name(peer, what), gauge);
  }

  synchronized void gauge(String name, Gauge<Number> gauge) {
    registry.gauge(name, () -> gauge);
    gauges.add(name);
  }

  synchronized void removeGauges() {
    gauges.forEach(registry::remove);
    gauges.clear();
  }

  /** Forgets a peer's gauges; what was counted of it stays. */
  synchronized void removeGauges(MemberId peer) {
    String prefix = name(peer, "");
    gauges.removeIf(gauge -> gauge.startsWith(prefix) && registry.remove(gauge));
  }

  /** Dots would make levels of their own in a tree of names. */
  private static String name(MemberId peer, String what) {
    return "messaging.peer." + peer.value().replace('.', '_') + "." + what;
  }
}
