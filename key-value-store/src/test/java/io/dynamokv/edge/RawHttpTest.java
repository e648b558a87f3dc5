package io.dynamokv.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http.Answer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no well-behaved client would send. */
class RawHttpTest {
  private static final String END = "Host: x\r\nConnection: close\r\n\r\n";
  private static BootedNode node;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    node = BootedNode.boot(folder, BootedNode.members(1), 0);
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @BeforeEach
  void reset() {
    node.service.reset();
  }

  static Stream<Arguments> badRequests() {
    return Stream.of(
        Arguments.of("nonsense\r\n\r\n", 400, "malformed_request"),
        Arguments.of("GET\r\n\r\n", 400, "malformed_request"),
        Arguments.of("GET /ping\r\n\r\n", 505, "http_version_not_supported"),
        Arguments.of("GET /ping HTTP/3.0\r\n" + END, 505, "http_version_not_supported"),
        Arguments.of("GET /ping HTTP/1.1\r\n\r\n", 400, "malformed_request"),
        Arguments.of("GET /ping HTTP/1.1\r\nHost\r\n\r\n", 400, "malformed_request"),
        Arguments.of("GET /ping HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed_request"),
        Arguments.of("GET /ping HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "malformed_request"),
        Arguments.of("GET ping HTTP/1.1\r\n" + END, 400, "malformed_request"),
        Arguments.of("GET /pi\u0000ng HTTP/1.1\r\n" + END, 400, "malformed_request"),
        Arguments.of("GET /%ff HTTP/1.1\r\n" + END, 400, "malformed_request"),
        Arguments.of("GET /%zz HTTP/1.1\r\n" + END, 400, "malformed_request"),
        Arguments.of("GET /%2e%2e/x HTTP/1.1\r\n" + END, 400, "malformed_request"),
        Arguments.of("GET /a|b HTTP/1.1\r\n" + END, 400, "malformed_request"),
        Arguments.of("GET /{a} HTTP/1.1\r\n" + END, 400, "malformed_request"),
        Arguments.of("GET /storage/YQ?{a} HTTP/1.1\r\n" + END, 400, "malformed_parameter"),
        Arguments.of("GET /storage/YQ?%ff HTTP/1.1\r\n" + END, 400, "malformed_parameter"),
        Arguments.of("GET /storage/YQ?% HTTP/1.1\r\n" + END, 400, "malformed_parameter"),
        Arguments.of("GET //storage/YQ HTTP/1.1\r\n" + END, 404, "not_found"),
        Arguments.of("GET /a%2Fb HTTP/1.1\r\n" + END, 404, "not_found"),
        Arguments.of("GET /%2F/storage HTTP/1.1\r\n" + END, 404, "not_found"),
        Arguments.of("CONNECT x:1 HTTP/1.1\r\n" + END, 400, "malformed_request"),
        Arguments.of("GET /ping HTTP/1.1\r\nExpect: tea\r\n" + END, 417, "expectation_failed"),
        Arguments.of("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n" + END, 414, "uri_too_long"),
        Arguments.of(
            "GET /ping HTTP/1.1\r\nX: " + "a".repeat(20_000) + "\r\n" + END,
            431,
            "headers_too_large"),
        Arguments.of(
            "PUT /storage HTTP/1.1\r\nContent-Length: x\r\n" + END, 400, "malformed_request"),
        Arguments.of(
            "PUT /storage HTTP/1.1\r\nContent-Length: -1\r\n" + END, 400, "malformed_request"),
        Arguments.of(
            "PUT /storage HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n" + END + "{}",
            400,
            "malformed_request"),
        Arguments.of(
            "PUT /storage HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n"
                + END
                + "0\r\n\r\n",
            400,
            "malformed_request"),
        Arguments.of(
            "PUT /storage HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" + END, 400, "malformed_request"),
        Arguments.of(
            "PUT /storage HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
                + END
                + "zz\r\n{}\r\n0\r\n\r\n",
            400,
            "malformed_request"));
  }

  @ParameterizedTest
  @MethodSource("badRequests")
  void it_is_answered_with_an_error_like_all_others(String request, int status, String code)
      throws Exception {
    Answer answer = node.http().raw(request);

    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.headers()).containsEntry("content-type", "application/json");
    assertThat(answer.headers().get("x-request-id")).matches("[0-9a-f]{16}");
    assertThat(answer.headers()).doesNotContainKeys("server", "x-powered-by");
    assertThat(answer.body()).doesNotContain("Exception", "org.eclipse", "\tat ");
    assertThat(answer.json().has("success")).isEqualTo(request.startsWith("PUT"));
  }

  @ParameterizedTest
  @MethodSource("badRequests")
  void the_node_goes_on_serving(String request, int status, String code) throws Exception {
    node.http().raw(request);

    assertThat(node.http().get("/ping").body()).isEqualTo("pong");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /ping HTTP/1.0\r\n\r\n",
        "GET http://x/ping HTTP/1.1\r\n" + END,
        "GET /ping?anything=1 HTTP/1.1\r\n" + END,
        "GET /ping HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            + "HTTP2-Settings: AAMAAABkAAQAAP__\r\nHost: x\r\n\r\n",
        "GET /ping HTTP/1.1\r\nAccept-Encoding: gzip\r\n" + END,
        "\r\nGET /ping HTTP/1.1\r\n" + END
      })
  void unusual_forms_of_good_requests_are_understood(String request) throws Exception {
    assertThat(node.http().raw(request).body()).isEqualTo("pong");
  }

  @ParameterizedTest
  @ValueSource(strings = {"OPTIONS * HTTP/1.1", "OPTIONS /storage HTTP/1.1", "OPTIONS /x HTTP/1.1"})
  void options_are_told_without_harm(String line) throws Exception {
    assertThat(node.http().raw(line + "\r\n" + END).status()).isIn(200, 204, 404);
  }

  @Test
  void an_accept_header_does_not_change_the_answer() throws Exception {
    for (String accept :
        new String[] {"text/html", "*/*", "application/json;q=0.1", "image/png", "nonsense"}) {
      Answer answer =
          node.http().raw("GET /storage/YQ HTTP/1.1\r\nAccept: " + accept + "\r\n" + END);

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers()).containsEntry("content-type", "application/json");
    }
  }

  @Test
  void an_error_to_a_head_request_has_no_body() throws Exception {
    for (String path : new String[] {"/storage/a.b", "/storage/Y", "/nothing", "/a|b"}) {
      try (Socket socket = node.http().open()) {
        write(socket, "HEAD " + path + " HTTP/1.1\r\n" + END);
        Answer answer = Http.read(socket.getInputStream(), true);
        assertThat(answer.status()).isIn(400, 404);
        assertThat(socket.getInputStream().readAllBytes()).as(path).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a\tb", "<script>", "x\u00e4", ""})
  void a_strange_request_id_is_replaced(String id) throws Exception {
    Answer answer = node.http().raw("GET /ping HTTP/1.1\r\nX-Request-Id: " + id + "\r\n" + END);

    assertThat(answer.headers().get("x-request-id")).matches("[0-9a-f]{16}");
  }

  @Test
  void a_chosen_request_id_is_on_errors_too() throws Exception {
    for (String path : new String[] {"/nothing", "/storage/Y", "/storage/a.b", "/a%2e%2e;b"}) {
      Answer answer = node.http().raw("GET " + path + " HTTP/1.1\r\nX-Request-Id: my-id\r\n" + END);

      assertThat(answer.headers()).as(path).containsEntry("x-request-id", "my-id");
    }
  }

  @Test
  void requests_may_follow_each_other_on_one_connection_without_waiting() throws Exception {
    try (Socket socket = node.http().open()) {
      String body = "{\"key\":\"YQ==\",\"value\":\"aGk=\"}";
      String put =
          "PUT /storage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              + "Content-Length: "
              + body.length()
              + "\r\n\r\n"
              + body;
      String get = "GET /storage/YQ HTTP/1.1\r\nHost: x\r\n\r\n";
      write(socket, put + get + get + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + get);

      InputStream in = socket.getInputStream();
      assertThat(Http.read(in, false).body()).contains("\"success\":true");
      assertThat(Http.read(in, false).body()).contains("aGk=");
      assertThat(Http.read(in, false).body()).contains("aGk=");
      assertThat(Http.read(in, false).status()).isEqualTo(404);
      assertThat(Http.read(in, false).body()).contains("aGk=");
    }
  }

  @Test
  void a_body_may_come_in_chunks() throws Exception {
    Answer answer =
        node.http()
            .raw(
                "PUT /storage HTTP/1.1\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n"
                    + END
                    + "e\r\n{\"key\":\"YQ==\",\r\nf\r\n\"value\":\"aGk=\"}\r\n0\r\nTrailer: x\r\n\r\n");

    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void a_body_may_come_byte_by_byte() throws Exception {
    try (Socket socket = node.http().open()) {
      socket.setTcpNoDelay(true);
      String body = "{\"key\":\"YQ==\",\"value\":\"aGk=\"}";
      String request =
          "PUT /storage HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n"
              + END
              + body;
      for (char c : request.toCharArray()) {
        write(socket, String.valueOf(c));
      }
      assertThat(Http.read(socket.getInputStream(), false).status()).isEqualTo(200);
    }
  }

  @Test
  void a_body_of_100_megabytes_is_refused_at_once_by_its_announced_length() throws Exception {
    try (Socket socket = node.http().open()) {
      write(
          socket,
          "PUT /storage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              + "Content-Length: 104857600\r\n\r\n");

      Answer answer = Http.read(socket.getInputStream(), false);

      assertTooLarge(answer);
      assertThat(answer.json().path("error").path("got").asInt()).isEqualTo(104857600);
    }
  }

  @Test
  void a_client_that_sends_100_megabytes_before_it_reads_still_gets_its_answer() throws Exception {
    try (Socket socket = node.http().open()) {
      write(
          socket,
          "PUT /storage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              + "Content-Length: 104857600\r\n\r\n");
      byte[] megabyte = new byte[1024 * 1024];
      for (int i = 0; i < 100; i++) {
        socket.getOutputStream().write(megabyte);
      }

      assertTooLarge(Http.read(socket.getInputStream(), false));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void an_endless_body_in_chunks_is_refused_when_it_passes_the_limit() throws Exception {
    try (Socket socket = node.http().open()) {
      write(
          socket,
          "PUT /storage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n");
      byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes();
      for (int i = 0; i < 64; i++) {
        socket.getOutputStream().write(chunk);
      }

      assertTooLarge(Http.read(socket.getInputStream(), false));
    }
  }

  @Test
  void a_client_that_asks_before_it_sends_is_told_to_go_on_or_not() throws Exception {
    String head =
        "PUT /storage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "Expect: 100-continue\r\nContent-Length: ";
    String body = "{\"key\":\"YQ==\",\"value\":\"aGk=\"}";
    try (Socket socket = node.http().open()) {
      write(socket, head + body.length() + "\r\n\r\n");
      assertThat(Http.read(socket.getInputStream(), true).status()).isEqualTo(100);
      write(socket, body);
      assertThat(Http.read(socket.getInputStream(), false).status()).isEqualTo(200);
    }
    try (Socket socket = node.http().open()) {
      write(socket, head + "104857600\r\n\r\n");
      assertTooLarge(Http.read(socket.getInputStream(), false));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void a_client_that_leaves_in_the_middle_of_its_body_leaves_nothing_behind() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (Socket socket = node.http().open()) {
        write(
            socket,
            "PUT /storage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: 1000\r\n\r\n{\"key\"");
      }
    }

    Gauges.awaitZero(node, "http.bodies.bytes");
    assertThat(node.http().get("/ping").status()).isEqualTo(200);
  }

  @Test
  void a_get_with_a_body_is_answered() throws Exception {
    assertThat(node.http().send("GET", "/storage/YQ", "text/plain", "ignored".getBytes()).status())
        .isEqualTo(200);
  }

  @Test
  void requests_that_are_sent_without_waiting_for_answers_are_all_answered_in_their_order()
      throws Exception {
    List<Integer> statuses = List.of(200, 400, 404, 400, 200, 405);
    String six =
        Stream.of(
                "GET /storage/YQ HTTP/1.1",
                "GET /storage/! HTTP/1.1",
                "GET /nowhere HTTP/1.1",
                "GET /storage HTTP/1.1",
                "GET /ping HTTP/1.1",
                "PATCH /storage HTTP/1.1")
            .map(line -> line + "\r\nHost: x\r\n\r\n")
            .collect(Collectors.joining());
    try (Socket socket = node.http().open()) {
      write(socket, six.repeat(50));
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (int i = 0; i < 300; i++) {
        assertThat(Http.read(in, false).status()).as("answer " + i).isEqualTo(statuses.get(i % 6));
      }
    }
  }

  private static void assertTooLarge(Answer answer) {
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.code()).isEqualTo("body_too_large");
    assertThat(answer.json().path("success").isBoolean()).isTrue();
    assertThat(answer.headers()).containsEntry("connection", "close");
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }
}
