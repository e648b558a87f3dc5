package io.dynamokv.transport.activemq;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.TransportException;
import io.dynamokv.transport.WireCodec;
import io.dynamokv.transport.WireFormatException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messaging over ActiveMQ: this node's own broker, from which it receives, and a link to every
 * peer's broker, to which it sends. Thread-safe.
 *
 * <p>Links have no TLS: run them on a network that only the cluster's nodes can read, or in a
 * tunnel. {@code docs/messaging.md} has the design, the limits and what is refused.
 */
public final class ActiveMqTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(ActiveMqTransport.class);

  /** How many times a write is looked at before it is late. */
  private static final int CHECKS_PER_WRITE = 8;

  /** How long {@link #close} waits for threads; they are daemons and end a little later else. */
  private static final Duration CLOSING = Duration.ofMillis(800);

  private final ActiveMqTransportSettings settings;
  private final TransportMetrics metrics;
  private final RefusalLog refusals;
  private final RandomGenerator random;
  private final WireCodec codec;
  private final ScheduledThreadPoolExecutor timer;
  private final Door door;
  private final EmbeddedBroker broker;
  private final List<Thread> threads = new ArrayList<>();
  private boolean started;
  private boolean closed;
  private @Nullable Inbound inbound;
  private volatile Map<Lane, Map<MemberId, PeerLink>> links = Map.of();

  /**
   * @param metrics where what happens is counted, under {@code messaging}
   * @param clock for the intervals in which refusals are logged
   * @param random for the waits before lost links are tried again; not kept
   */
  public ActiveMqTransport(
      ActiveMqTransportSettings settings,
      MetricRegistry metrics,
      Clock clock,
      RandomGenerator random) {
    this.settings = settings;
    this.metrics = new TransportMetrics(metrics);
    this.refusals = new RefusalLog(clock);
    this.random = new Random(random.nextLong());
    this.codec = new WireCodec(settings.limits());
    this.timer = new ScheduledThreadPoolExecutor(1, task -> daemon("messaging-timer", task));
    timer.setRemoveOnCancelPolicy(true);
    this.door = new Door(settings, timer, this.metrics, refusals);
    this.broker = new EmbeddedBroker(settings, door);
  }

  /**
   * @throws io.dynamokv.transport.TransportException if the port can not be had; the message names
   *     it
   * @throws IllegalStateException if it was started or closed before
   */
  @Override
  public synchronized void start(Receiver receiver) {
    if (started || closed) {
      throw new IllegalStateException("a transport is started once, and not after it was closed");
    }
    started = true;
    Inbound listener = new Inbound(door, codec, receiver, metrics, refusals);
    inbound = listener;
    try {
      broker.start(listener);
    } catch (TransportException e) {
      close();
      throw e;
    }
    metrics.gauge("messaging.connections.open", broker::connections);
    metrics.gauge("messaging.connections.turned-away", broker::turnedAway);
    metrics.gauge("messaging.connections.strangers", door::strangers);
    LOG.info("messaging as {} on {}", settings.self(), settings.bind());
    startLinks(receiver);
  }

  private void startLinks(Receiver receiver) {
    links =
        Map.of(
            Lane.REQUESTS, linksIn(Lane.REQUESTS, receiver),
            Lane.BACKGROUND, linksIn(Lane.BACKGROUND, receiver));
    threads.forEach(Thread::start);
    long checkMs = Math.max(1, settings.timing().write().toMillis() / CHECKS_PER_WRITE);
    timer.scheduleWithFixedDelay(
        () -> allLinks().forEach(PeerLink::abortIfLate), checkMs, checkMs, TimeUnit.MILLISECONDS);
  }

  private Map<MemberId, PeerLink> linksIn(Lane lane, Receiver receiver) {
    Map<MemberId, PeerLink> inLane = new HashMap<>();
    for (MemberId peer : settings.peers().keySet()) {
      PeerLink link = new PeerLink(settings, peer, lane, codec, receiver, metrics, random);
      inLane.put(peer, link);
      threads.add(daemon("messaging-" + lane.clientIdPrefix() + peer, link));
    }
    return Map.copyOf(inLane);
  }

  private @Nullable PeerLink linkTo(MemberId peer, Lane lane) {
    Map<MemberId, PeerLink> inLane = links.get(lane);
    return inLane == null ? null : inLane.get(peer);
  }

  private Stream<PeerLink> allLinks() {
    return links.values().stream().flatMap(inLane -> inLane.values().stream());
  }

  @Override
  public boolean queue(MemberId peer, Message message) {
    PeerLink link = linkTo(peer, Lane.of(message));
    if (link == null || !link.isUp()) {
      return false;
    }
    try {
      return link.queue(codec.prepare(message));
    } catch (WireFormatException e) {
      metrics.messagesOversized.mark();
      refusals.refused("a message to " + peer, String.valueOf(e.getMessage()));
      return false;
    }
  }

  @Override
  public void flush() {
    for (Map<MemberId, PeerLink> inLane : links.values()) {
      for (PeerLink link : inLane.values()) {
        link.flush();
      }
    }
  }

  @Override
  public boolean isLinked(MemberId peer) {
    PeerLink link = linkTo(peer, Lane.REQUESTS);
    return link != null && link.isUp();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (inbound != null) {
      inbound.close();
    }
    allLinks().forEach(PeerLink::close);
    door.close();
    metrics.removeGauges();
    Thread stopping = daemon("messaging-close", this::stop);
    stopping.start();
    threads.add(stopping);
    awaitThreads();
  }

  private void stop() {
    broker.stop();
    timer.shutdownNow();
  }

  private void awaitThreads() {
    long dueNanos = System.nanoTime() + CLOSING.toNanos();
    try {
      for (Thread thread : threads) {
        // Joining for 0 ms would be joining for ever.
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(dueNanos - System.nanoTime())));
        if (thread.isAlive()) {
          LOG.warn("{} has not ended yet", thread.getName());
        }
      }
    } catch (InterruptedException e) {
      LOG.warn("interrupted while closing");
      Thread.currentThread().interrupt();
    }
  }

  private static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
