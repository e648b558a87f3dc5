package io.dynamokv.transport.activemq;

import static io.dynamokv.transport.activemq.TestNodes.A;
import static io.dynamokv.transport.activemq.TestNodes.B;
import static io.dynamokv.transport.activemq.TestNodes.C;
import static io.dynamokv.transport.activemq.TestNodes.SECRET;
import static io.dynamokv.transport.activemq.TestNodes.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WriteReply;
import io.dynamokv.transport.RecordingReceiver;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.activemq.TestNodes.Node;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.BrokerInfo;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionControl;
import org.apache.activemq.command.ControlCommand;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who and what the door of node A keeps out, while node B, a member, is not disturbed. */
class ActiveMqDoorTest {
  private static final int PATIENCE_MS = 15_000;

  private final TestNodes nodes = new TestNodes();
  private Node a;
  private Node b;

  @BeforeEach
  void open() {
    a = nodes.open(A);
    b = nodes.open(B);
    await(() -> a.transport().isLinked(B) && b.transport().isLinked(A));
  }

  /** Whatever a test did, the member's own link stands, and works. */
  @AfterEach
  void theMembersStillTalk() {
    Message last = new WriteReply(4711, Status.OK);
    assertThat(b.transport().send(A, last)).isTrue();
    await(() -> a.receiver().messages().contains(last));
    assertThat(b.receiver().links()).filteredOn(link -> link.contains("node-a")).hasSize(1);
    nodes.close();
  }

  @Test
  void a_stranger_that_says_nothing_is_shown_out() throws IOException {
    try (Socket socket = connect()) {
      assertIsClosed(socket);
    }
    assertRefusals(1);
  }

  static Stream<Arguments> garbage() {
    byte[] random = new byte[10_000];
    new Random(1).nextBytes(random);
    return Stream.of(
        Arguments.of("random bytes", random),
        Arguments.of("a web request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII)),
        Arguments.of("another protocol", "CONNECT\naccept-version:1.2\n\n\0".getBytes(US_ASCII)),
        Arguments.of("a frame said to be huge", new byte[] {0x7f, -1, -1, -1, 1, 0, 0, 0, 0}),
        Arguments.of("a frame of negative size", new byte[] {-1, -1, -1, -1, 1, 0, 0, 0, 0}),
        Arguments.of("a message said to be within the limit", new byte[] {0, 8, 0, 0, 24}),
        Arguments.of("an empty frame", new byte[5]));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("garbage")
  void a_stranger_that_sends_garbage_is_shown_out(String what, byte[] bytes) throws IOException {
    try (Socket socket = connect()) {
      new DataOutputStream(socket.getOutputStream()).write(bytes);
      assertIsClosed(socket);
    }
  }

  @Test
  void random_bytes_after_a_good_greeting_change_nothing() throws Exception {
    Random random = new Random(2);
    for (int i = 0; i < 20; i++) {
      try (OpenWireCaller caller = new OpenWireCaller(nodes.address(A))) {
        byte[] bytes = new byte[200];
        random.nextBytes(bytes);
        caller.sendRaw(bytes);
        caller.awaitEnd();
      }
    }
  }

  @Test
  void strangers_leave_nothing_behind_when_they_are_shown_out() throws IOException {
    Socket[] sockets = new Socket[50];
    for (int i = 0; i < sockets.length; i++) {
      sockets[i] = connect();
    }
    for (Socket socket : sockets) {
      assertIsClosed(socket);
      socket.close();
    }
    // Those of the member, one for each lane.
    await(() -> metric("messaging.connections.open") == Lane.LINKED.size());
    assertThat(metric("messaging.connections.strangers")).isZero();

    Node c = nodes.open(C);

    await(() -> c.transport().isLinked(A) && a.transport().isLinked(C));
    c.transport().close();
    await(() -> !a.transport().isLinked(C));
  }

  @Test
  void a_caller_without_a_name_is_refused() {
    assertCanNotConnect(null, null);
  }

  @Test
  void a_caller_that_is_not_a_member_is_refused_even_with_the_secret() {
    MemberId stranger = new MemberId("stranger");

    assertCanNotConnect(
        "stranger", SECRET.proof(stranger, A), "it is not known here as a member yet");
  }

  @Test
  void a_member_with_another_secret_is_refused() {
    ClusterSecret other = new ClusterSecret("the secret of another cluster");

    assertCanNotConnect("node-c", other.proof(C, A));
    assertCanNotConnect("node-c", "");
    assertCanNotConnect("node-c", null);
  }

  @Test
  void a_proof_is_good_for_one_member_at_one_door() {
    assertCanNotConnect("node-c", SECRET.proof(B, A));
    assertCanNotConnect("node-c", SECRET.proof(C, B));
  }

  @Test
  void a_node_with_another_secret_is_not_linked_and_keeps_trying() {
    ClusterSecret other = new ClusterSecret("the secret of another cluster");
    Transport c = nodes.open(nodes.settings(C, other, TestNodes.TIMING), new RecordingReceiver());

    assertRefusals(3);

    assertThat(c.isLinked(A)).isFalse();
    assertThat(a.transport().isLinked(C)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"operations.node-c", "operations.node-b", "other", "operations.node-c,other", ">"})
  void a_member_may_not_consume(String queue) throws JMSException {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      assertThatExceptionOfType(JMSException.class)
          .isThrownBy(() -> caller.session.createConsumer(caller.session.createQueue(queue)))
          .withMessageContaining("it may not send a ConsumerInfo");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"other", "operations.node-b", "operations.node-c,other", "operations.node-c.more"})
  void a_member_may_not_use_another_queue(String queue) throws JMSException {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      assertThatExceptionOfType(JMSException.class)
          .isThrownBy(() -> caller.session.createProducer(caller.session.createQueue(queue)))
          .withMessageContaining("it may not use");
    }
  }

  @Test
  void a_member_may_not_use_a_topic_of_the_same_name() throws JMSException {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      assertThatExceptionOfType(JMSException.class)
          .isThrownBy(
              () -> caller.session.createProducer(caller.session.createTopic("operations.node-c")));
    }
  }

  @Test
  void a_member_may_not_make_temporary_destinations() throws JMSException {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      assertThatExceptionOfType(JMSException.class)
          .isThrownBy(() -> caller.session.createTemporaryQueue());
    }
  }

  @Test
  void a_member_may_not_begin_transactions() throws JMSException {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      Session transacted = caller.connection.createSession(true, Session.SESSION_TRANSACTED);
      MessageProducer producer =
          transacted.createProducer(transacted.createQueue("operations.node-c"));
      producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);

      // Its own client may find parts of the session gone, if the connection ends meanwhile.
      assertThatThrownBy(
              () -> {
                // The first message begins the transaction, without waiting for an answer.
                producer.send(caller.frame(C));
                transacted.commit();
              })
          .isInstanceOfAny(JMSException.class, NullPointerException.class);
      caller.awaitEnd();
    }
  }

  @Test
  void a_member_may_not_open_sessions_without_end() throws JMSException {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      assertThatExceptionOfType(JMSException.class)
          .isThrownBy(
              () -> {
                for (int i = 0; i < 10; i++) {
                  Session session =
                      caller.connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                  session.createProducer(session.createQueue("operations.node-c"));
                }
              });
      caller.awaitEnd();
    }
  }

  @Test
  void messages_with_anything_but_bytes_end_the_connection() throws JMSException {
    assertEndsConnection(caller -> caller.session.createObjectMessage("an object"));
    assertEndsConnection(caller -> caller.session.createTextMessage("a text"));
    assertEndsConnection(caller -> caller.session.createMapMessage());
    assertEndsConnection(caller -> caller.session.createStreamMessage());
    assertEndsConnection(caller -> caller.session.createMessage());
  }

  @Test
  void persistent_messages_end_the_connection() throws JMSException {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      caller.producer.setDeliveryMode(DeliveryMode.PERSISTENT);

      assertThatExceptionOfType(JMSException.class)
          .isThrownBy(() -> caller.producer.send(caller.frame(C)));
    }
  }

  @Test
  void compressed_messages_end_the_connection() throws JMSException {
    assertEndsConnection(
        caller -> {
          ActiveMQBytesMessage message = caller.frame(C);
          message.setCompressed(true);
          return message;
        });
  }

  /** Those that a network of brokers uses, or that steer a broker. */
  static Stream<Command> commandsForBrokers() {
    BrokerInfo bridge = new BrokerInfo();
    bridge.setNetworkConnection(true);
    bridge.setDuplexConnection(true);
    ControlCommand shutdown = new ControlCommand();
    shutdown.setCommand("shutdown");
    return Stream.of(bridge, shutdown, new ConnectionControl());
  }

  @ParameterizedTest
  @MethodSource("commandsForBrokers")
  void commands_for_brokers_end_the_connection(Command command) throws Exception {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      caller.connection.getTransport().oneway(command);
      caller.awaitEnd();
    }
    try (OpenWireCaller stranger = new OpenWireCaller(nodes.address(A))) {
      stranger.send(command);
      stranger.awaitEnd();
    }
  }

  @Test
  void an_envelope_that_names_another_sender_is_dropped() throws JMSException {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      caller.producer.send(caller.frame(B));

      await(() -> nodes.count(A, "messaging.frames.refused") == 1);
    }
    assertThat(a.receiver().messages()).isEmpty();
  }

  @Test
  void an_envelope_that_is_malformed_is_dropped_and_the_next_is_read() throws JMSException {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      caller.producer.send(caller.bytes(new byte[] {1, 2, 3}));
      caller.producer.send(caller.bytes(new byte[0]));
      caller.producer.send(caller.frame(C));

      await(() -> !a.receiver().messages().isEmpty());
    }
    assertThat(nodes.count(A, "messaging.frames.refused")).isPositive();
    assertThat(a.receiver().senders()).containsExactly(C);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(nodes.address(A).host(), nodes.address(A).port());
    socket.setSoTimeout(PATIENCE_MS);
    return socket;
  }

  /** Reads until the other end closes; a SocketTimeoutException says that it does not. */
  private static void assertIsClosed(Socket socket) throws IOException {
    InputStream input = socket.getInputStream();
    try {
      while (input.read() >= 0) {
        // What the broker says to anyone.
      }
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  private long metric(String gauge) {
    return ((Number) nodes.metrics(A).gauge(gauge).getValue()).longValue();
  }

  private void assertRefusals(int atLeast) {
    await(() -> nodes.count(A, "messaging.connections.refused") >= atLeast);
  }

  private void assertCanNotConnect(@Nullable String user, @Nullable String password) {
    assertCanNotConnect(
        user, password, "it is not a member of this cluster, or has another secret");
  }

  private void assertCanNotConnect(
      @Nullable String user, @Nullable String password, String objection) {
    assertThatExceptionOfType(JMSException.class)
        .isThrownBy(
            () -> {
              try (Caller caller = new Caller(nodes.address(A), user, password)) {
                assertThat(caller).isNull();
              }
            })
        .withMessageContaining(objection);
  }

  private void assertEndsConnection(MessageMaker maker) throws JMSException {
    try (Caller caller = new Caller(nodes.address(A), C)) {
      caller.producer.send(maker.make(caller));
      caller.awaitEnd();
    }
  }

  private interface MessageMaker {
    jakarta.jms.Message make(Caller caller) throws JMSException;
  }
}
