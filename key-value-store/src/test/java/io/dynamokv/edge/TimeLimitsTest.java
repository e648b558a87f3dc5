package io.dynamokv.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http.Answer;
import io.dynamokv.membership.Member;
import io.dynamokv.ring.Key;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to clients, and to nodes, that take too long or hold too much. */
class TimeLimitsTest {
  private static final String HEAD =
      "PUT /storage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ";
  private static BootedNode node;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    List<Member> members = BootedNode.members(1);
    node =
        BootedNode.boot(
            folder,
            members,
            0,
            """
            requests: {transferTimeout: 1s, maxBodyBytesInFlight: 2MiB}
            server:
              applicationConnectors:
                - {type: http, bindHost: 127.0.0.1, port: %d, idleTimeout: 600ms}
            """
                .formatted(members.get(0).httpPort()));
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @BeforeEach
  void reset() {
    node.service.reset();
  }

  @Test
  void a_body_that_stops_coming_is_given_up() throws Exception {
    try (Socket client = node.http().open()) {
      write(client, HEAD + "100\r\n\r\n{\"key\":");

      assertTimedOut(client);
    }
  }

  @Test
  void a_body_that_trickles_is_given_up_too() throws Exception {
    try (Socket client = node.http().open()) {
      write(client, HEAD + "1000000\r\n\r\n");
      Thread trickle = trickle(client);
      assertTimedOut(client);
      trickle.interrupt();
      trickle.join();
    }
  }

  @Test
  void a_head_that_trickles_is_given_up_without_an_answer() throws Exception {
    try (Socket client = node.http().open()) {
      write(client, "GET /ping HTTP/1.1\r\nHost: x\r\n\r\nGET /storage/");
      assertThat(Http.read(client.getInputStream(), false).body()).isEqualTo("pong");

      // The bytes that it sends into the closed connection end it.
      Thread trickle = trickle(client);
      trickle.join(10_000);
      assertThat(trickle.isAlive()).isFalse();
    }
  }

  /** Sends a byte now and then, for as long as the server takes them. */
  private static Thread trickle(Socket client) {
    Thread trickle =
        new Thread(
            () -> {
              try {
                while (true) {
                  client.getOutputStream().write('1');
                  Thread.sleep(20);
                }
              } catch (IOException | InterruptedException e) {
                // The server has closed the connection, which is the end of this.
              }
            });
    trickle.start();
    return trickle;
  }

  @Test
  void an_answer_that_is_not_taken_is_given_up() throws Exception {
    addLargeKey();
    try (Socket client = node.http().openWithSmallBuffer()) {
      write(client, "GET /storage/YQ HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.getInputStream().read()).isEqualTo('H');

      Gauges.awaitZero(node, "http.answers.bytes");
    }
  }

  @Test
  void bodies_beyond_the_memory_for_them_are_refused_and_small_ones_are_not() throws Exception {
    String large = "{\"key\":\"YQ==\",\"value\":\"" + "A".repeat(1_390_000) + "\"}";
    try (Socket first = node.http().open();
        Socket second = node.http().open()) {
      write(first, HEAD + large.length() + "\r\n\r\n" + large.substring(0, 1_380_000));
      awaitHeld(1_380_000);

      write(second, HEAD + large.length() + "\r\n\r\n" + large);
      Answer refused = Http.read(second.getInputStream(), false);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("overloaded");
      assertThat(refused.headers()).containsEntry("retry-after", "1");
      Answer small = node.http().put("/storage", "{\"key\":\"Yg==\",\"value\":\"aGk=\"}");
      assertThat(small.status()).isEqualTo(200);

      write(first, large.substring(1_380_000));
      assertThat(Http.read(first.getInputStream(), false).status()).isEqualTo(200);
    }
    Gauges.awaitZero(node, "http.bodies.bytes");
  }

  @Test
  void answers_beyond_the_memory_for_them_are_refused_and_small_ones_are_not() throws Exception {
    addLargeKey();
    node.service.addSibling(Key.of(new byte[] {'b'}), new byte[] {1});
    try (Socket stuck = node.http().openWithSmallBuffer()) {
      write(stuck, "GET /storage/YQ HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(stuck.getInputStream().read()).isEqualTo('H');

      Answer refused = node.http().get("/storage/YQ");

      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("overloaded");
      assertThat(node.http().get("/storage/Yg").status()).isEqualTo(200);
    }
  }

  @Test
  void a_node_that_never_calls_back_does_not_keep_its_client_for_ever() throws Exception {
    List<Runnable> forgotten = new ArrayList<>();
    node.service.answering = forgotten::add;
    try (Socket client = node.http().open()) {
      write(client, "GET /storage/YQ HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine\r\n\r\n");

      Answer answer = Http.read(client.getInputStream(), false);

      assertThat(answer.status()).isEqualTo(504);
      assertThat(answer.code()).isEqualTo("timed_out");
      assertThat(answer.headers()).containsEntry("x-request-id", "mine");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    forgotten.forEach(Runnable::run);
    node.service.answering = Runnable::run;
    assertThat(node.http().get("/storage/YQ").status()).isEqualTo(200);
  }

  /** Larger than the memory for answers, and than the buffers of the operating system. */
  private static void addLargeKey() {
    for (int i = 0; i < 8; i++) {
      node.service.addSibling(Key.of(new byte[] {'a'}), new byte[1024 * 1024]);
    }
  }

  private static void awaitHeld(long bytes) {
    long start = System.nanoTime();
    while (Gauges.read(node, "http.bodies.bytes") < bytes) {
      assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
      Thread.onSpinWait();
    }
  }

  private static void assertTimedOut(Socket client) throws IOException {
    Answer answer = Http.read(client.getInputStream(), false);
    assertThat(answer.status()).isEqualTo(408);
    assertThat(answer.code()).isEqualTo("body_timeout");
    assertThat(answer.headers()).containsEntry("connection", "close");
    Gauges.awaitZero(node, "http.bodies.bytes");
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
