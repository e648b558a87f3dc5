package io.dynamokv.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.BootedNode;
import io.dynamokv.edge.Http;
import io.dynamokv.edge.Http.Answer;
import io.dynamokv.membership.Member;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that send far too much, or far too slowly, to a real node with less memory than one of
 * their bodies takes and fewer threads than there are of them.
 */
class ResourceLimitsIT {
  /** Less than one of the bodies; running out of it ends the process. */
  private static final String SMALL =
      "-Xmx80m -XX:MaxDirectMemorySize=32m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError";

  private static final int BODY_BYTES = 100 * 1000 * 1000;
  private static final int MAX_BODY_BYTES = 1_500_000;
  private static final int CLIENTS = 4;

  private static final int TRANSFER_TIMEOUT_MS = 1000;
  private static final int SLOW_CLIENTS = 60;
  private static final String PUT =
      "PUT /storage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

  private static NodeCommand node;
  private static Http http;
  private static Http admin;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    List<Member> members = BootedNode.members(1);
    Member self = members.get(0);
    String configuration =
        BootedNode.configuration(
            members,
            self,
            folder.resolve("data"),
            "cluster: {replicas: 1}",
            "storage: {cacheSize: 8MiB}",
            "server: {maxThreads: 12, minThreads: 4}",
            "requests: {maxBodyBytesInFlight: 16MiB, transferTimeout: "
                + TRANSFER_TIMEOUT_MS
                + "ms}");
    Path file = Files.writeString(folder.resolve("config.yml"), configuration);
    node = NodeCommand.start("server", file, SMALL).awaitServing(self.httpPort());
    http = new Http(self.httpPort());
    admin = new Http(self.adminPort());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void the_node_lives_holds_nothing_more_and_has_stored_nothing() throws Exception {
    assertThat(node.isAlive()).isTrue();
    assertThat(node.said()).doesNotContain("OutOfMemory", "Unexpected error");
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (bodyBytesHeld() > 0) {
      assertThat(System.nanoTime()).as("bodies are let go").isLessThan(untilNs);
    }
    assertThat(http.get("/internal/dump/my").body()).endsWith("\"keys\":0}\n");
  }

  @Test
  void a_body_of_100_megabytes_is_refused_by_its_announced_length_before_it_is_sent()
      throws Exception {
    try (Socket client = http.open()) {
      write(client, PUT + "Content-Length: " + BODY_BYTES + "\r\n\r\n");

      assertTooLarge(Http.read(client.getInputStream(), false));
    }
  }

  @Test
  void a_body_of_100_megabytes_in_chunks_is_refused_as_soon_as_it_passes_the_limit()
      throws Exception {
    try (Socket client = http.open()) {
      write(client, PUT + "Transfer-Encoding: chunked\r\n\r\n");
      sendChunks(client.getOutputStream(), MAX_BODY_BYTES);

      assertTooLarge(Http.read(client.getInputStream(), false));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void many_that_send_100_megabytes_whatever_they_are_told_do_not_fill_its_memory(boolean chunked)
      throws Exception {
    List<Answer> answers =
        atOnce(CLIENTS, () -> chunked ? sendAllInChunks() : sendAllAfterItsLength());

    answers.forEach(ResourceLimitsIT::assertTooLarge);
    assertThat(http.get("/ping").status()).isEqualTo(200);
  }

  private static Answer sendAllAfterItsLength() throws IOException {
    try (Socket client = http.open()) {
      write(client, PUT + "Content-Length: " + BODY_BYTES + "\r\n\r\n");
      byte[] piece = new byte[1_000_000];
      for (int i = 0; i < BODY_BYTES / piece.length; i++) {
        client.getOutputStream().write(piece);
      }
      return Http.read(client.getInputStream(), false);
    }
  }

  private static Answer sendAllInChunks() throws IOException {
    try (Socket client = http.open()) {
      write(client, PUT + "Transfer-Encoding: chunked\r\n\r\n");
      sendChunks(client.getOutputStream(), BODY_BYTES);
      write(client, "0\r\n\r\n");
      return Http.read(client.getInputStream(), false);
    }
  }

  /** Sends so many bytes or a little more, as JSON that has not yet begun. */
  private static void sendChunks(OutputStream out, int bytes) throws IOException {
    byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(ISO_8859_1);
    for (int sent = 0; sent <= bytes; sent += 0x10000) {
      out.write(chunk);
    }
  }

  /** What all slow clients send first, before they go on byte by byte. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "G",
        "GET /storage/YQ HTTP/1.1\r\nHo",
        "GET /ping HTTP/1.1\r\nHost: x\r\n\r\nGET /storage/",
        PUT + "Content-Length: 1000000\r\n\r\n",
        PUT + "Transfer-Encoding: chunked\r\n\r\n"
      })
  void clients_that_send_a_byte_now_and_then_keep_nobody_waiting_and_are_ended(String beginning)
      throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (Socket resting = http.open()) {
      assertPong(resting);
      for (int i = 0; i < SLOW_CLIENTS; i++) {
        Socket client = http.open();
        clients.add(client);
        write(client, beginning);
      }
      long startedNs = System.nanoTime();
      while (!clients.isEmpty()) {
        clients.removeIf(client -> !takesOneMore(client));
        long askedNs = System.nanoTime();
        assertThat(http.get("/storage/YQ").status()).isEqualTo(200);
        assertThat(System.nanoTime() - askedNs).isLessThan(TimeUnit.SECONDS.toNanos(2));
        assertThat(System.nanoTime() - startedNs)
            .as("%d slow clients are still there", clients.size())
            .isLessThan(TimeUnit.MILLISECONDS.toNanos(10L * TRANSFER_TIMEOUT_MS));
        TimeUnit.MILLISECONDS.sleep(50);
      }
      // One that has begun no other request may rest for longer.
      assertPong(resting);
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  @Test
  void a_connection_on_which_no_request_ever_comes_is_ended() throws Exception {
    try (Socket client = http.open()) {
      // The idle timeout, of half a minute, is longer than this read waits.
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static void assertPong(Socket client) throws IOException {
    write(client, "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(Http.read(client.getInputStream(), false).body()).isEqualTo("pong");
  }

  /** Sends one byte; false if the server has ended the connection. */
  private static boolean takesOneMore(Socket client) {
    try {
      client.getOutputStream().write('1');
      return true;
    } catch (SocketException e) {
      return false;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertTooLarge(Answer answer) {
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.code()).isEqualTo("body_too_large");
    assertThat(answer.json().path("success").asBoolean(true)).isFalse();
    assertThat(answer.headers()).containsEntry("connection", "close");
  }

  private static long bodyBytesHeld() throws IOException {
    return admin
        .get("/metrics")
        .json()
        .path("gauges")
        .path("http.bodies.bytes")
        .path("value")
        .asLong(-1);
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  private static <T> List<T> atOnce(int count, Callable<T> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        running.add(threads.submit(work));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> each : running) {
        results.add(each.get(60, TimeUnit.SECONDS));
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
