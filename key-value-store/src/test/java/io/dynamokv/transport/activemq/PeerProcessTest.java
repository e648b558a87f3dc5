package io.dynamokv.transport.activemq;

import static io.dynamokv.transport.activemq.TestNodes.A;
import static io.dynamokv.transport.activemq.TestNodes.B;
import static io.dynamokv.transport.activemq.TestNodes.SECRET;
import static io.dynamokv.transport.activemq.TestNodes.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.ReadReply;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WriteReply;
import io.dynamokv.transport.RecordingReceiver;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings.Timing;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node notices of a peer that is a real process. */
class PeerProcessTest {
  private final TestNodes nodes = new TestNodes();
  private final RecordingReceiver receiver = new RecordingReceiver();

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void a_peer_may_be_paused_resumed_killed_and_started_again() throws Exception {
    Timing timing =
        new Timing(
            TestNodes.TIMING.connect(),
            TestNodes.TIMING.write(),
            TestNodes.TIMING.handshake(),
            Duration.ofSeconds(1),
            TestNodes.TIMING.firstRetry(),
            TestNodes.TIMING.lastRetry());
    Transport a = nodes.open(nodes.settings(A, SECRET, timing), receiver);
    try (PeerProcess b = startB()) {
      assertAnswers(a, 1);

      // Without anything to send, only the silence tells.
      b.pause();
      await(() -> !a.isLinked(B));
      b.resume();
      assertAnswers(a, 2);

      b.pause();
      while (a.send(B, new ReadReply(1, Status.OK, new byte[64 << 10]))) {
        // Until the network and the queue are full; none of this may ever block.
      }
      await(() -> !a.isLinked(B));

      b.resume();
      assertAnswers(a, 3);

      b.close();
      await(() -> !a.isLinked(B));
    }
    try (PeerProcess b = startB()) {
      assertAnswers(a, 4);
    }
  }

  private PeerProcess startB() throws Exception {
    return new PeerProcess(B, nodes.address(B), A, nodes.address(A));
  }

  /** The peer's link back is made on its own time, so an answer may be lost at first. */
  private void assertAnswers(Transport a, long id) {
    Message question = new WriteReply(id, Status.OK);
    await(
        () -> {
          a.send(B, question);
          return receiver.messages().contains(question);
        });
    assertThat(receiver.senders()).containsOnly(B);
  }
}
