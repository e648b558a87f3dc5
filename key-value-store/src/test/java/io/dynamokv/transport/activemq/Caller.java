package io.dynamokv.transport.activemq;

import static io.dynamokv.transport.activemq.TestNodes.A;
import static io.dynamokv.transport.activemq.TestNodes.SECRET;
import static io.dynamokv.transport.activemq.TestNodes.await;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WriteReply;
import io.dynamokv.transport.WireCodec;
import io.dynamokv.transport.WireFormatException;
import io.dynamokv.transport.WireLimits;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.List;
import java.util.UUID;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.util.ByteSequence;
import org.jspecify.annotations.Nullable;

/** An ordinary ActiveMQ client at the door of node A, which may try anything. */
final class Caller implements AutoCloseable {
  final ActiveMQConnection connection;
  final Session session;
  final MessageProducer producer;

  /** As a member, with the right proof. */
  Caller(MemberAddress door, MemberId self) throws JMSException {
    this(door, self.value(), SECRET.proof(self, A));
  }

  Caller(MemberAddress door, @Nullable String user, @Nullable String password) throws JMSException {
    ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(door.uri("daemon=true"));
    factory.setUserName(user);
    factory.setPassword(password);
    factory.setClientID("operations:" + UUID.randomUUID());
    factory.setWatchTopicAdvisories(false);
    factory.setConnectResponseTimeout(10_000);
    factory.setRequestTimeout(10_000);
    factory.setCloseTimeout(1);
    connection = (ActiveMQConnection) factory.createConnection();
    try {
      connection.start();
      session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      producer = session.createProducer(session.createQueue("operations." + user));
      producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
    } catch (JMSException e) {
      close();
      throw e;
    }
  }

  /** An envelope with one message. */
  ActiveMQBytesMessage frame(MemberId sender) {
    WireCodec codec = new WireCodec(WireLimits.DEFAULT);
    try {
      return bytes(codec.encode(sender, List.of(codec.prepare(new WriteReply(1, Status.OK)))));
    } catch (WireFormatException e) {
      throw new AssertionError(e);
    }
  }

  ActiveMQBytesMessage bytes(byte[] content) {
    ActiveMQBytesMessage message = new ActiveMQBytesMessage();
    message.setContent(new ByteSequence(content));
    return message;
  }

  void awaitEnd() {
    await(connection::isTransportFailed);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (JMSException e) {
      // It was ended from the other side, as most tests want.
    }
  }
}
