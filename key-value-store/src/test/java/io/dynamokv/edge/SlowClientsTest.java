package io.dynamokv.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http.Answer;
import io.dynamokv.ring.Key;
import java.io.IOException;
import java.io.InputStream;
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

/** Clients that are slow, more of them than the server has threads. */
class SlowClientsTest {
  private static final int THREADS = 10;
  private static final int CLIENTS = 40;
  private static final int VALUE_BYTES = 1024 * 1024;

  /** So many that an answer does not fit into the buffers of the operating system. */
  private static final int SIBLINGS = 8;

  private static final int READERS = 15;

  private static BootedNode node;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    node =
        BootedNode.boot(
            folder,
            BootedNode.members(1),
            0,
            "server: {maxThreads: " + THREADS + ", minThreads: 4}",
            "requests: {maxBodyBytesInFlight: 256MiB}");
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
  void clients_that_do_not_read_their_answers_hold_no_thread() throws Exception {
    addLargeKey();
    List<Socket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < READERS; i++) {
        Socket client = node.http().openWithSmallBuffer();
        clients.add(client);
        write(client, "GET /storage/YQ HTTP/1.1\r\nHost: x\r\n\r\n");
        // The first byte shows that the answer is under way, and stuck.
        assertThat(client.getInputStream().read()).isEqualTo('H');
      }

      assertOthersAreServed();
      assertThat(Gauges.read(node, "http.answers.bytes"))
          .isGreaterThan((long) READERS * SIBLINGS * VALUE_BYTES);

      for (Socket client : clients) {
        Answer answer = Http.read(new Prefixed('H', client.getInputStream()), false);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).hasSizeGreaterThan(SIBLINGS * VALUE_BYTES).endsWith("\"]}}");
      }
    } finally {
      closeAll(clients);
    }
    Gauges.awaitZero(node, "http.answers.bytes");
  }

  @Test
  void clients_that_leave_without_reading_leave_nothing_behind() throws Exception {
    addLargeKey();
    for (int i = 0; i < READERS; i++) {
      try (Socket client = node.http().openWithSmallBuffer()) {
        write(client, "GET /storage/YQ HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(client.getInputStream().read()).isEqualTo('H');
      }
    }

    Gauges.awaitZero(node, "http.answers.bytes");
    assertOthersAreServed();
  }

  @Test
  void clients_that_send_slowly_hold_no_thread() throws Exception {
    String value = "A".repeat(100_000);
    String body = "{\"key\":\"Yg==\",\"value\":\"" + value + "\"}";
    String head =
        "PUT /storage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n";
    List<Socket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        Socket client = node.http().open();
        clients.add(client);
        write(client, head + body.substring(0, 50_000));
      }

      assertOthersAreServed();

      for (Socket client : clients) {
        write(client, body.substring(50_000));
        assertThat(Http.read(client.getInputStream(), false).status()).isIn(200, 409);
      }
    } finally {
      closeAll(clients);
    }
    Gauges.awaitZero(node, "http.bodies.bytes");
  }

  @Test
  void clients_that_send_no_request_at_all_hold_no_thread() throws Exception {
    List<Socket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        Socket client = node.http().open();
        clients.add(client);
        write(client, i % 2 == 0 ? "" : "GET /sto");
      }

      assertOthersAreServed();
    } finally {
      closeAll(clients);
    }
  }

  @Test
  void requests_that_wait_for_the_node_hold_no_thread() throws Exception {
    List<Socket> clients = new ArrayList<>();
    List<Runnable> waiting = new ArrayList<>();
    try {
      node.service.answering = waiting::add;
      for (int i = 0; i < CLIENTS; i++) {
        Socket client = node.http().open();
        clients.add(client);
        write(client, "GET /storage/YQ HTTP/1.1\r\nHost: x\r\n\r\n");
      }
      assertThat(node.http().get("/ping").body()).isEqualTo("pong");
      while (waiting.size() < CLIENTS) {
        assertThat(node.http().get("/ping").body()).isEqualTo("pong");
      }
      node.service.answering = Runnable::run;
      assertOthersAreServed();

      waiting.forEach(Runnable::run);
      for (Socket client : clients) {
        assertThat(Http.read(client.getInputStream(), false).status()).isEqualTo(200);
      }
    } finally {
      closeAll(clients);
    }
  }

  @Test
  void dumps_that_are_not_read_hold_their_own_threads_only_and_are_two_at_most() throws Exception {
    for (int i = 0; i < 20; i++) {
      node.service.addSibling(Key.of(new byte[] {'d', (byte) i}), new byte[VALUE_BYTES]);
    }
    List<Socket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        Socket client = node.http().openWithSmallBuffer();
        clients.add(client);
        write(client, "GET /internal/dump/my HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(client.getInputStream().read()).isEqualTo('H');
      }

      Answer third = node.http().get("/internal/dump/all");

      assertThat(third.status()).isEqualTo(503);
      assertThat(third.code()).isEqualTo("overloaded");
      assertOthersAreServed();
    } finally {
      closeAll(clients);
    }
  }

  private static void addLargeKey() {
    for (int i = 0; i < SIBLINGS; i++) {
      node.service.addSibling(Key.of(new byte[] {'a'}), new byte[VALUE_BYTES]);
    }
  }

  private static void assertOthersAreServed() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(node.http().get("/ping").body()).isEqualTo("pong");
      String key = "o" + i;
      String text = java.util.Base64.getEncoder().encodeToString(key.getBytes());
      node.service.states.remove(Key.of(key.getBytes()));
      assertThat(
              node.http().put("/storage", "{\"key\":\"" + text + "\",\"value\":\"aGk=\"}").status())
          .isEqualTo(200);
      assertThat(node.http().get("/storage/" + text).body()).contains("aGk=");
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void closeAll(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** A stream of which the first byte has been read already. */
  private static final class Prefixed extends InputStream {
    private final InputStream rest;
    private int first;

    Prefixed(int first, InputStream rest) {
      this.first = first;
      this.rest = rest;
    }

    @Override
    public int read() throws IOException {
      int next = first >= 0 ? first : rest.read();
      first = -1;
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return rest.read(bytes, offset, length);
    }
  }
}
