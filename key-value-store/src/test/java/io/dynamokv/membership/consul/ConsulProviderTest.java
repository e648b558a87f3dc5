package io.dynamokv.membership.consul;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.dynamokv.LogCapture;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.MemberState;
import io.dynamokv.ring.MemberId;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Without an agent: what {@link ConsulProviderIT} can not have a real one do. */
@Timeout(60)
class ConsulProviderTest {
  private final LogCapture log = LogCapture.ofPackage(ConsulProvider.class);

  @AfterEach
  void stopListening() {
    log.close();
  }

  @Test
  void where_there_is_no_consul_nothing_is_thrown_and_it_is_told_once() throws Exception {
    try (ConsulProvider provider = provider(ConsulAgent.freePorts(1)[0])) {
      provider.start(new Found());
      for (int i = 0; i < 10; i++) {
        provider.announce(MemberState.UP);
      }

      ConsulAgent.await(
          "several attempts",
          () ->
              log.from(Level.DEBUG).stream().filter(line -> line.contains("did not")).count() > 3);
    }

    assertThat(log.from(Level.WARN)).hasSize(2);
    assertThat(log.from(Level.WARN).get(0)).contains("can not ", "ConnectException");
    assertThat(log.from(Level.WARN).get(1)).contains("could not deregister dynamo-shop-node-1");
    assertThat(log.showsStackTrace()).isFalse();
  }

  @Test
  void an_answer_without_end_is_given_up() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ConsulProvider provider = provider(server.getLocalPort())) {
      Thread serving = new Thread(() -> answerWithoutEnd(server), "endless");
      serving.setDaemon(true);
      serving.start();

      provider.start(new Found());

      ConsulAgent.await(
          "the answer to be given up",
          () ->
              log.from(Level.DEBUG).stream()
                  .anyMatch(line -> line.contains("an answer of more than 8388608 bytes")));
    }
  }

  @Test
  void it_is_started_once_and_may_be_closed_without() {
    ConsulProvider never = provider(1);
    never.close();
    never.close();

    assertThatThrownBy(() -> never.start(new Found())).isInstanceOf(IllegalStateException.class);
    assertThat(log.from(Level.INFO)).isEmpty();
  }

  private static void answerWithoutEnd(ServerSocket server) {
    byte[] head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[\"".getBytes(US_ASCII);
    byte[] more = new byte[1 << 16];
    Arrays.fill(more, (byte) 'x');
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        OutputStream out = socket.getOutputStream();
        out.write(head);
        while (true) {
          out.write(more);
        }
      } catch (IOException e) {
        // The other side has had enough.
      }
    }
  }

  private static ConsulProvider provider(int port) {
    return new ConsulProvider(
        ConsulSettings.withDefaults(URI.create("http://127.0.0.1:" + port)),
        "shop",
        new Member(new MemberId("node-1"), "127.0.0.1", 8001, 9001, 7001, "", "dc1"),
        1,
        new SecureRandom());
  }
}
