package io.dynamokv.transport.activemq;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Transport.Receiver;
import io.dynamokv.transport.WireCodec;
import io.dynamokv.transport.WireCodec.Envelope;
import io.dynamokv.transport.WireFormatException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.util.ByteSequence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes envelopes off this node's own queues and hands what they hold to the receiver. The broker
 * calls it for one envelope of a peer at a time. Nothing that goes wrong with one envelope leaves
 * it: the broker would offer the same envelope again.
 */
final class Inbound implements MessageListener {
  private static final Logger LOG = LoggerFactory.getLogger(Inbound.class);

  private final Door door;
  private final WireCodec codec;
  private final Receiver receiver;
  private final TransportMetrics metrics;
  private final RefusalLog refusals;
  private volatile boolean closed;

  Inbound(
      Door door,
      WireCodec codec,
      Receiver receiver,
      TransportMetrics metrics,
      RefusalLog refusals) {
    this.door = door;
    this.codec = codec;
    this.receiver = receiver;
    this.metrics = metrics;
    this.refusals = refusals;
  }

  /** What arrives from now on is dropped. */
  void close() {
    closed = true;
  }

  @Override
  public void onMessage(Message message) {
    try {
      take(message);
    } catch (Throwable e) {
      // An error would end the peer's connection, on whose reading thread this may be running.
      Faults.survive(LOG, "an envelope that arrived", e);
    }
  }

  private void take(Message message) {
    ActiveMQBytesMessage frame = (ActiveMQBytesMessage) message;
    MemberId from = door.memberOf(frame.getProducerId().getConnectionId());
    if (from == null || closed) {
      LOG.debug("dropped an envelope of a link that is no more");
      return;
    }
    try {
      deliver(from, decode(from, frame.getContent()));
    } catch (WireFormatException e) {
      metrics.framesRefused.mark();
      refusals.refused("an envelope from " + from, String.valueOf(e.getMessage()));
    }
  }

  private Envelope decode(MemberId from, ByteSequence content) throws WireFormatException {
    Envelope envelope = codec.decode(content.getData(), content.getOffset(), content.getLength());
    if (!envelope.sender().equals(from)) {
      throw new WireFormatException("it says that it is from " + envelope.sender());
    }
    return envelope;
  }

  private void deliver(MemberId from, Envelope envelope) {
    metrics.messagesUnknown.mark(envelope.skipped());
    if (envelope.messages().isEmpty()) {
      return;
    }
    metrics.batchReceived.update(envelope.messages().size());
    metrics.messagesReceived.mark(envelope.messages().size());
    try {
      receiver.onMessages(from, envelope.messages());
    } catch (Throwable e) {
      Faults.survive(LOG, "handling " + envelope.messages().size() + " messages of " + from, e);
    }
  }
}
