package io.dynamokv.transport.activemq;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
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
  private final WireCodec codec;
  private final ScheduledThreadPoolExecutor timer;
  private final Door door;
  private final EmbeddedBroker broker;
  private final Greeter greeter;
  private final List<Thread> threads = new ArrayList<>();
  private volatile Map<MemberId, MemberAddress> wanted = Map.of();
  private boolean started;
  private boolean closed;
  private @Nullable Inbound inbound;
  private final PeerLinks links;

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
    this.codec = new WireCodec(settings.limits());
    this.timer = new ScheduledThreadPoolExecutor(1, task -> daemon("messaging-timer", task));
    timer.setRemoveOnCancelPolicy(true);
    this.door = new Door(settings, timer, this.metrics, refusals);
    this.broker = new EmbeddedBroker(settings, door);
    this.greeter = new Greeter(settings, codec);
    this.links = new PeerLinks(settings, codec, this.metrics, new Random(random.nextLong()));
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
      startLinks(receiver);
      // What a caller brings may change the peers, so they are set before.
      broker.open();
    } catch (TransportException e) {
      close();
      throw e;
    }
    metrics.gauge("messaging.connections.open", broker::connections);
    metrics.gauge("messaging.connections.turned-away", broker::turnedAway);
    metrics.gauge("messaging.connections.strangers", door::strangers);
    LOG.info("messaging as {} on {}", settings.self(), settings.bind());
  }

  private void startLinks(Receiver receiver) {
    links.start(receiver);
    applyPeers(settings.peers());
    long checkMs = Math.max(1, settings.timing().write().toMillis() / CHECKS_PER_WRITE);
    timer.scheduleWithFixedDelay(
        () -> links.all().forEach(PeerLink::abortIfLate), checkMs, checkMs, TimeUnit.MILLISECONDS);
  }

  /** Queues first, then who may fill them. */
  private void applyPeers(Map<MemberId, MemberAddress> peers) {
    broker.serve(peers.keySet());
    door.admit(peers.keySet());
    links.set(peers);
  }

  /** Opening queues takes a moment, so another thread does it. */
  @Override
  public void setPeers(Map<MemberId, MemberAddress> peers) {
    Map<MemberId, MemberAddress> others = new HashMap<>(peers);
    others.remove(settings.self());
    wanted = others;
    applyWantedIn(Duration.ZERO);
  }

  private void applyWantedIn(Duration delay) {
    try {
      timer.schedule(this::applyWanted, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("the transport is closed");
    }
  }

  /** Nobody asks for the same peers twice, so what does not work is tried again. */
  private void applyWanted() {
    try {
      applyPeers(wanted);
    } catch (Throwable e) {
      Faults.survive(LOG, "a change of the peers", e);
      applyWantedIn(settings.timing().lastRetry());
    }
  }

  @Override
  public void greet(MemberAddress address, Message message) {
    greeter.greet(address, message);
  }

  @Override
  public boolean queue(MemberId peer, Message message) {
    PeerLink link = links.to(peer, Lane.of(message));
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
    links.flush();
  }

  @Override
  public boolean isLinked(MemberId peer) {
    PeerLink link = links.to(peer, Lane.REQUESTS);
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
    threads.addAll(links.close());
    greeter.close();
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
