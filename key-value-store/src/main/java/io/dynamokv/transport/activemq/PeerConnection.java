package io.dynamokv.transport.activemq;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.Socket;
import java.util.UUID;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.transport.DefaultTransportListener;
import org.apache.activemq.util.ByteSequence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a peer's broker. Opened, used and closed by one thread; {@link #abortIfLate}
 * may be called by another.
 *
 * <p>Neither a socket nor ActiveMQ bounds the time that a write takes (ActiveMQ's own write timeout
 * looks once in 5 s, for a whole process). So a write notes by when it must be done, and whoever
 * finds it late closes the socket, which ends the write with an error.
 */
final class PeerConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerConnection.class);

  private final ActiveMQConnection connection;
  private final MessageProducer producer;
  private final long writeNanos;
  private volatile boolean writing;
  private volatile long dueNanos;
  private volatile @Nullable String loss;

  /**
   * Connects, proves to be a member and makes ready to send; takes a few times the connect timeout
   * at most.
   *
   * @param listener hears once that the connection broke, soon after it did
   * @throws JMSException if that fails
   */
  PeerConnection(
      ActiveMqTransportSettings settings,
      MemberId peer,
      MemberAddress address,
      Lane lane,
      Listener listener)
      throws JMSException {
    this.writeNanos = settings.timing().write().toNanos();
    this.connection = connect(settings, peer, address, lane);
    try {
      connection.addTransportListener(
          new DefaultTransportListener() {
            @Override
            public void onException(IOException error) {
              if (loss == null) {
                loss = error.toString();
              }
              listener.onLost(PeerConnection.this);
            }
          });
      connection.setExceptionListener(
          error -> {
            if (!(error.getCause() instanceof IOException)) {
              listener.onRejected(error);
            }
          });
      connection.start();
      this.producer = producer(lane.queueOf(settings.self()));
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private static ActiveMQConnection connect(
      ActiveMqTransportSettings settings, MemberId peer, MemberAddress address, Lane lane)
      throws JMSException {
    int connectMs = (int) settings.timing().connect().toMillis();
    ActiveMQConnectionFactory factory =
        new ActiveMQConnectionFactory(address.uri(options(settings, connectMs)));
    factory.setUserName(settings.self().value());
    factory.setPassword(settings.secret().proof(settings.self(), peer));
    factory.setClientID(lane.clientIdPrefix() + UUID.randomUUID());
    factory.setConnectResponseTimeout(connectMs);
    factory.setRequestTimeout(connectMs);
    factory.setCloseTimeout(1);
    factory.setUseAsyncSend(true);
    // Who greets closes the connection then, and what is still under way would be lost with it.
    factory.setAlwaysSyncSend(lane == Lane.GREETINGS);
    factory.setCopyMessageOnSend(false);
    factory.setDisableTimeStampsByDefault(true);
    factory.setWatchTopicAdvisories(false);
    factory.setStatsEnabled(false);
    return (ActiveMQConnection) factory.createConnection();
  }

  private static String options(ActiveMqTransportSettings settings, int connectMs) {
    return String.join(
        "&",
        "connectionTimeout=" + connectMs,
        "ioBufferSize=" + OpenWireOptions.IO_BUFFER_BYTES,
        "tcpNoDelay=true",
        "closeAsync=false",
        "daemon=true",
        OpenWireOptions.of(settings));
  }

  private MessageProducer producer(String queue) throws JMSException {
    Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    MessageProducer sender = session.createProducer(session.createQueue(queue));
    sender.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
    sender.setDisableMessageID(true);
    sender.setDisableMessageTimestamp(true);
    return sender;
  }

  /**
   * Hands an envelope to the network.
   *
   * @throws JMSException if the connection is broken, or breaks because this takes too long
   */
  void send(byte[] frame) throws JMSException {
    ActiveMQBytesMessage message = new ActiveMQBytesMessage();
    // Not written through the message's stream, which would copy it.
    message.setContent(new ByteSequence(frame));
    dueNanos = System.nanoTime() + writeNanos;
    writing = true;
    try {
      producer.send(message);
    } finally {
      writing = false;
    }
  }

  /** Breaks the connection if a write has taken longer than it may. */
  void abortIfLate() {
    if (writing && System.nanoTime() - dueNanos > 0) {
      abort("a write was not done in time");
    }
  }

  /** Breaks the connection; whatever is under way ends with an error. */
  void abort(String reason) {
    loss = reason;
    closeSocket();
  }

  /** Why the connection is broken; null while it is not known to be. */
  @Nullable String loss() {
    return loss;
  }

  /** Closes at once: the peer is not asked, since it may be the reason for closing. */
  @Override
  public void close() {
    closeSocket();
    try {
      connection.close();
    } catch (JMSException e) {
      LOG.debug("closed a broken connection", e);
    }
  }

  private void closeSocket() {
    Sockets.close(connection.getTransport().narrow(Socket.class));
  }

  /** Hears what happens to a connection, on threads of ActiveMQ's. */
  interface Listener {
    /** The connection is broken. */
    void onLost(PeerConnection connection);

    /** The peer's broker did not take something that was sent, and said so. */
    void onRejected(JMSException reason);
  }
}
