package io.dynamokv.transport.activemq;

import static io.dynamokv.transport.activemq.TestNodes.SECRET;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A node in a process of its own, which can be stopped and killed. It answers with what it gets.
 */
final class PeerProcess implements AutoCloseable {
  private final Process process;

  PeerProcess(MemberId self, MemberAddress own, MemberId peer, MemberAddress other)
      throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                PeerProcess.class.getName(),
                self.value(),
                Integer.toString(own.port()),
                peer.value(),
                Integer.toString(other.port()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  /** The process stops where it is, and keeps its connections. */
  void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
  }

  /** As kill -9 does. */
  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  public static void main(String[] arguments) throws InterruptedException {
    ActiveMqTransportSettings settings =
        ActiveMqTransportSettings.withDefaults(
            new MemberId(arguments[0]),
            new MemberAddress("127.0.0.1", Integer.parseInt(arguments[1])),
            Map.of(
                new MemberId(arguments[2]),
                new MemberAddress("127.0.0.1", Integer.parseInt(arguments[3]))),
            SECRET);
    Transport transport =
        new ActiveMqTransport(settings, new MetricRegistry(), Clock.systemUTC(), new Random(1));
    transport.start(
        new Transport.Receiver() {
          @Override
          public void onMessages(MemberId from, List<Message> messages) {
            messages.forEach(message -> transport.send(from, message));
          }

          @Override
          public void onLink(MemberId peer, boolean up) {}
        });
    Thread.currentThread().join();
  }
}
