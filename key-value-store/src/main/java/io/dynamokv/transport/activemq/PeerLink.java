package io.dynamokv.transport.activemq;

import com.codahale.metrics.Meter;
import com.google.common.base.Throwables;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Transport.Receiver;
import io.dynamokv.transport.WireCodec;
import io.dynamokv.transport.WireCodec.Operation;
import io.dynamokv.transport.activemq.OutboundQueue.Offer;
import jakarta.jms.JMSException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link to one peer in one lane: keeps it up for as long as the transport is open, with a thread
 * of its own, and sends over it what others queue.
 *
 * <p>Batches form by themselves: the thread takes all that has queued up while it was sending the
 * batch before. An idle link sends a message at once, a busy one sends many together. A peer that
 * does not read holds up this thread only, until the write is late and the link is given up.
 */
final class PeerLink implements Runnable, PeerConnection.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

  private final ActiveMqTransportSettings settings;
  private final MemberId peer;
  private final MemberAddress address;
  private final Lane lane;
  private final WireCodec codec;
  private final Receiver receiver;
  private final TransportMetrics metrics;
  private final Meter refused;
  private final Meter linked;
  private final Meter dropped;
  private final Meter rejected;
  private final Backoff backoff;
  private final OutboundQueue queue;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable PeerConnection current;
  private boolean failureTold;
  private boolean toldUp;

  PeerLink(
      ActiveMqTransportSettings settings,
      MemberId peer,
      MemberAddress address,
      Lane lane,
      WireCodec codec,
      Receiver receiver,
      TransportMetrics metrics,
      RandomGenerator random) {
    this.settings = settings;
    this.peer = peer;
    this.address = address;
    this.lane = lane;
    this.codec = codec;
    this.receiver = receiver;
    this.metrics = metrics;
    this.refused = metrics.peerMeter(peer, lane.metric("refused"));
    this.linked = metrics.peerMeter(peer, lane.metric("linked"));
    this.dropped = metrics.peerMeter(peer, lane.metric("dropped"));
    this.rejected = metrics.peerMeter(peer, lane.metric("rejected"));
    this.backoff =
        new Backoff(settings.timing().firstRetry(), settings.timing().lastRetry(), random);
    this.queue = new OutboundQueue(settings.queues());
    metrics.gauge(peer, lane.metric("queue"), queue::size);
    metrics.gauge(peer, lane.metric("queue-bytes"), queue::bytes);
    metrics.gauge(peer, lane.metric("link"), () -> isUp() ? 1 : 0);
  }

  MemberAddress address() {
    return address;
  }

  boolean isUp() {
    return queue.isOpen();
  }

  /** Queues an operation, to be sent after the next {@link #flush} at the latest. */
  boolean queue(Operation operation) {
    Offer answer = queue.offer(operation);
    if (answer == Offer.FULL) {
      refused.mark();
    }
    return answer == Offer.ACCEPTED;
  }

  /** Wakes the thread that sends, if there is anything to send. */
  void flush() {
    queue.flush();
  }

  /** Breaks the link if a write is late; to be called every now and then. */
  void abortIfLate() {
    try {
      PeerConnection connection = current;
      if (connection != null) {
        connection.abortIfLate();
      }
    } catch (Throwable e) {
      // What left this method would end the watch over all links for good.
      Faults.survive(LOG, "the watch over the link to " + peer, e);
    }
  }

  /** Ends the link soon; does not wait for it. */
  void close() {
    closing.countDown();
    PeerConnection connection = current;
    if (connection != null) {
      closeQueue(connection);
      connection.abort("closed");
    }
  }

  /** Ends the link soon, and says that it is down: this is no peer any more, or has moved. */
  void end() {
    close();
    tellReceiver(false);
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  @Override
  public void run() {
    while (!isClosing()) {
      try {
        serveOneConnection();
      } catch (Throwable e) {
        // A link that is no more would be tried by nobody, and nobody would know.
        Faults.survive(LOG, "the link to " + peer, e);
      }
      pause();
    }
  }

  /** Waits before the next attempt. Nobody interrupts this thread but by mistake. */
  private void pause() {
    try {
      closing.await(backoff.next().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      LOG.warn("the link to {} was interrupted, and goes on", peer);
    }
  }

  private void serveOneConnection() {
    try (PeerConnection connection = new PeerConnection(settings, peer, address, lane, this)) {
      serve(connection);
    } catch (JMSException | RuntimeException e) {
      if (!failureTold && !isClosing() && lane == Lane.REQUESTS) {
        failureTold = true;
        LOG.warn("no link to {} at {}, still trying: {}", peer, address, rootMessage(e));
      }
      LOG.debug("no link to {}", peer, e);
    }
  }

  private void serve(PeerConnection connection) {
    current = connection;
    queue.open(connection);
    try {
      // Whoever ends the connection or this link either did so before this line, or finds the
      // queue open and closes it.
      if (connection.loss() == null && !isClosing()) {
        serveWhileUp(connection);
      }
    } finally {
      current = null;
      closeQueue(connection);
    }
  }

  private void serveWhileUp(PeerConnection connection) {
    backoff.reset();
    failureTold = false;
    linked.mark();
    if (lane == Lane.REQUESTS) {
      LOG.info("linked to {} at {}", peer, address);
    }
    tellReceiver(true);
    String reason = sendBatches(connection);
    closeQueue(connection);
    if (!isClosing()) {
      if (lane == Lane.REQUESTS) {
        LOG.warn("the link to {} at {} is down: {}", peer, address, reason);
      }
      tellReceiver(false);
    }
  }

  /** Sends what is queued until the connection breaks; returns why it did. */
  private String sendBatches(PeerConnection connection) {
    try {
      for (List<Operation> batch = queue.take(); batch != null; batch = queue.take()) {
        connection.send(codec.encode(settings.self(), batch));
        metrics.batchSent.update(batch.size());
        metrics.messagesSent.mark(batch.size());
      }
      return String.valueOf(connection.loss());
    } catch (JMSException | RuntimeException e) {
      LOG.debug("could not send to {}", peer, e);
      String loss = connection.loss();
      return loss != null ? loss : rootMessage(e);
    } catch (Throwable e) {
      Faults.survive(LOG, "sending to " + peer, e);
      return rootMessage(e);
    }
  }

  private void closeQueue(PeerConnection connection) {
    dropped.mark(queue.close(connection));
  }

  @Override
  public void onLost(PeerConnection connection) {
    closeQueue(connection);
  }

  @Override
  public void onRejected(JMSException reason) {
    rejected.mark();
    LOG.debug("{} did not take a batch", peer, reason);
  }

  /**
   * A peer is as reachable as it is for requests. Who ends the link and its own thread may tell at
   * the same time; the last word on one that has ended is that it is down.
   */
  private synchronized void tellReceiver(boolean up) {
    if (lane != Lane.REQUESTS || up == toldUp || up && isClosing()) {
      return;
    }
    toldUp = up;
    try {
      receiver.onLink(peer, up);
    } catch (Throwable e) {
      Faults.survive(LOG, "what follows from the link to " + peer + (up ? " up" : " down"), e);
    }
  }

  private static String rootMessage(Throwable failure) {
    Throwable cause = Throwables.getRootCause(failure);
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
