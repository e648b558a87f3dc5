package io.dynamokv.transport.activemq;

import static java.util.Objects.requireNonNull;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Transport.Receiver;
import io.dynamokv.transport.WireCodec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The links to all peers, in each lane. Which peers there are may change. Thread-safe. */
final class PeerLinks {
  private final ActiveMqTransportSettings settings;
  private final WireCodec codec;
  private final TransportMetrics metrics;
  private final RandomGenerator random;
  private final List<Thread> threads = new ArrayList<>();
  private volatile Map<Lane, Map<MemberId, PeerLink>> links = Map.of();
  private @Nullable Receiver receiver;
  private boolean closed;

  PeerLinks(
      ActiveMqTransportSettings settings,
      WireCodec codec,
      TransportMetrics metrics,
      RandomGenerator random) {
    this.settings = settings;
    this.codec = codec;
    this.metrics = metrics;
    this.random = random;
  }

  @Nullable PeerLink to(MemberId peer, Lane lane) {
    Map<MemberId, PeerLink> inLane = links.get(lane);
    return inLane == null ? null : inLane.get(peer);
  }

  Stream<PeerLink> all() {
    return links.values().stream().flatMap(inLane -> inLane.values().stream());
  }

  void flush() {
    for (Map<MemberId, PeerLink> inLane : links.values()) {
      for (PeerLink link : inLane.values()) {
        link.flush();
      }
    }
  }

  /** Who is told what comes of the links from now on. */
  synchronized void start(Receiver newReceiver) {
    receiver = newReceiver;
  }

  /** Keeps links to these peers at these addresses, and no others. To be called after the start. */
  synchronized void set(Map<MemberId, MemberAddress> peers) {
    if (closed) {
      return;
    }
    endAllBut(peers);
    Map<Lane, Map<MemberId, PeerLink>> next = new EnumMap<>(Lane.class);
    List<Thread> begun = new ArrayList<>();
    for (Lane lane : Lane.LINKED) {
      Map<MemberId, PeerLink> inLane = new HashMap<>();
      peers.forEach((peer, address) -> inLane.put(peer, keepOrMake(lane, peer, address, begun)));
      next.put(lane, Map.copyOf(inLane));
    }
    links = next;
    threads.removeIf(thread -> !thread.isAlive());
    threads.addAll(begun);
    begun.forEach(Thread::start);
  }

  private void endAllBut(Map<MemberId, MemberAddress> peers) {
    links.values().stream()
        .flatMap(inLane -> inLane.entrySet().stream())
        .filter(entry -> !entry.getValue().address().equals(peers.get(entry.getKey())))
        .forEach(
            entry -> {
              entry.getValue().end();
              metrics.removeGauges(entry.getKey());
            });
  }

  private PeerLink keepOrMake(Lane lane, MemberId peer, MemberAddress address, List<Thread> begun) {
    PeerLink link = to(peer, lane);
    if (link != null && link.address().equals(address)) {
      return link;
    }
    link =
        new PeerLink(
            settings, peer, address, lane, codec, requireNonNull(receiver), metrics, random);
    Thread thread = new Thread(link, "messaging-" + lane.clientIdPrefix() + peer);
    thread.setDaemon(true);
    begun.add(thread);
    return link;
  }

  /** Ends all links soon; returns the threads that will end with them. */
  synchronized List<Thread> close() {
    closed = true;
    all().forEach(PeerLink::close);
    return List.copyOf(threads);
  }
}
