package io.dynamokv.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.coordination.Failure;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.edge.Http.Answer;
import io.dynamokv.ring.Key;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The storage resource as clients see it, through the whole server. */
class StorageOverHttpTest {
  private static BootedNode node;
  private static FakeService service;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    node = BootedNode.boot(folder, BootedNode.members(1), 0);
    service = node.service;
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @BeforeEach
  void reset() {
    service.reset();
  }

  @Test
  void a_value_is_written_read_replaced_and_deleted() throws Exception {
    Answer first = put("YQ==", "aGVsbG8=", "");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.json().path("success").asBoolean()).isTrue();

    Answer read = node.http().get("/storage/YQ==");
    String version = read.json().path("value").path("version").asText();
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.headers()).containsEntry("content-type", "application/json");
    assertThat(read.body())
        .isEqualTo(
            "{\"key\":\"YQ==\",\"value\":{\"version\":\""
                + version
                + "\",\"values\":[\"aGVsbG8=\"]}}");
    assertThat(first.body()).isEqualTo("{\"success\":true,\"version\":\"" + version + "\"}");

    Answer second = put("YQ==", "d29ybGQ=", version);
    assertThat(second.status()).isEqualTo(200);

    Answer deleted = put("YQ==", "", second.json().path("version").asText());
    assertThat(deleted.status()).isEqualTo(200);
    Answer gone = node.http().get("/storage/YQ==");
    assertThat(gone.json().path("value").path("values")).isEmpty();
    assertThat(gone.json().path("value").path("version").asText())
        .isEqualTo(deleted.json().path("version").asText());
  }

  @Test
  void a_key_that_was_never_written_has_no_values_and_no_version() throws Exception {
    assertThat(node.http().get("/storage/YQ==").body())
        .isEqualTo("{\"key\":\"YQ==\",\"value\":{\"version\":\"\",\"values\":[]}}");
  }

  @Test
  void unresolved_values_are_shown_side_by_side_and_replaced_together() throws Exception {
    Key key = Key.of(new byte[] {'a'});
    service.addSibling(key, new byte[] {1});
    service.addSibling(key, new byte[] {2});

    Answer read = node.http().get("/storage/YQ==");
    assertThat(read.json().path("value").path("values"))
        .extracting(value -> value.asText())
        .containsExactlyInAnyOrder("AQ==", "Ag==");

    put("YQ==", "Aw==", read.json().path("value").path("version").asText());
    assertThat(node.http().get("/storage/YQ==").json().path("value").path("values")).hasSize(1);
  }

  @Test
  void a_post_reads_like_a_get() throws Exception {
    put("YQ==", "aGVsbG8=", "");

    Answer post = node.http().post("/storage", "{\"key\":\"YQ==\",\"minNumReads\":3}");

    assertThat(post.status()).isEqualTo(200);
    assertThat(post.body()).isEqualTo(node.http().get("/storage/YQ").body());
    assertThat(node.http().post("/storage/", "{\"key\":\"YQ==\"}").body()).isEqualTo(post.body());
  }

  @Test
  void a_put_may_have_a_slash_at_the_end_of_its_path() throws Exception {
    Answer answer = node.http().put("/storage/", "{\"key\":\"YQ==\",\"value\":\"aGk=\"}");

    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void a_delete_is_a_put_of_nothing() throws Exception {
    String version = put("YQ==", "aGVsbG8=", "").json().path("version").asText();

    Answer answer = node.http().delete("/storage/YQ==?fromVersion=" + version + "&minNumWrites=1");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("success").asBoolean()).isTrue();
    assertThat(service.lastWanted).isEqualTo(1);
    assertThat(node.http().get("/storage/YQ").json().path("value").path("values")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//79/A==",
        "__79_A==",
        "//79/A",
        "__79_A",
        "%2F%2F79%2FA%3D%3D",
        "%2f%2f79%2fA",
        "/%2F79/A==",
        "__79_A%3d%3D"
      })
  void every_spelling_of_a_key_in_a_url_means_the_same_key(String spelling) throws Exception {
    put("//79/A==", "aGVsbG8=", "");

    Answer answer = node.http().get("/storage/" + spelling);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).contains("\"key\":\"//79/A==\"", "aGVsbG8=");
    assertThat(node.http().get("/cluster/preference-list/" + spelling).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"+/+/", "-_-_", "%2B%2F%2B/", "+_+_", "+/-%5F"})
  void a_plus_in_a_url_is_not_a_space(String spelling) throws Exception {
    assertThat(node.http().get("/storage/" + spelling).body()).contains("\"key\":\"+/+/\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /storage/a.b                         | 400 | malformed_base64
          /storage/%20                         | 400 | malformed_base64
          /storage/Y                           | 400 | malformed_base64
          /storage/YR==                        | 400 | malformed_base64
          /storage/YQ=                         | 400 | malformed_base64
          /storage/YQ%                         | 400 | malformed_request
          /storage/YQ;a=b                      | 400 | malformed_base64
          /storage/YQ/                         | 400 | malformed_base64
          /storage//                           | 400 | malformed_base64
          /storage/                            | 400 | empty_key
          /storage                             | 400 | empty_key
          /storage/YQ?minNumReads=0            | 400 | out_of_range
          /storage/YQ?minNumReads=4            | 400 | out_of_range
          /storage/YQ?minNumReads=-1           | 400 | out_of_range
          /storage/YQ?minNumReads=99999999999  | 400 | out_of_range
          /storage/YQ?minNumReads=two          | 400 | malformed_parameter
          /storage/YQ?minNumReads=             | 400 | malformed_parameter
          /storage/YQ?minNumReads=1.5          | 400 | malformed_parameter
          /storage/YQ?minNumWrites=1           | 400 | malformed_parameter
          /storage/YQ?minNumReads=1&minNumReads=2 | 400 | malformed_parameter
          /nothing                             | 404 | not_found
          /                                    | 404 | not_found
          /cluster/nothing                     | 404 | not_found
          /cluster/preference-list/            | 404 | not_found
          /cluster/preference-list/a.b         | 400 | malformed_base64
          /cluster/preference-list/Y           | 400 | malformed_base64
          """)
  void every_bad_get_has_its_status_and_code(String path, int status, String code)
      throws Exception {
    Answer answer = node.http().get(path);

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.json().has("success")).isFalse();
    assertThat(answer.headers()).containsKey("x-request-id");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"key":"YQ==","value":"aGk=","minNumWrites":0}     | 400 | out_of_range
          {"key":"YQ==","value":"aGk=","minNumWrites":4}     | 400 | out_of_range
          {"key":"YQ==","value":"aGk=","minNumWrites":"1"}   | 400 | wrong_type
          {"key":"YQ==","value":"aGk=","minNumWrites":1.5}   | 400 | wrong_type
          {"key":"YQ==","value":"aGk=","fromVersion":"made-up"} | 400 | malformed_version
          {"key":"YQ==","value":"aGk=","fromVersion":7}      | 400 | wrong_type
          {"key":"YQ==","value":null}                        | 400 | wrong_type
          {"key":"YQ==","value":"%%"}                        | 400 | malformed_base64
          {"key":"%%","value":"aGk="}                        | 400 | malformed_base64
          {"key":"","value":"aGk="}                          | 400 | empty_key
          {"key":"YQ=="}                                     | 400 | missing_field
          {"value":"aGk="}                                   | 400 | missing_field
          {"key":"YQ==","value":"aGk=","x":1}                | 400 | unknown_field
          {"key":"YQ==","key":"YQ==","value":"aGk="}         | 400 | duplicate_field
          {"key":"YQ==","value":"aGk="                       | 400 | malformed_json
          {"key":"YQ==","value":"aGk="}x                     | 400 | malformed_json
          []                                                 | 400 | malformed_json
          ``                                                 | 400 | malformed_json
          """)
  void every_bad_put_has_its_status_and_code_and_stores_nothing(
      String body, int status, String code) throws Exception {
    Answer answer = node.http().put("/storage", body);

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.json().path("success").isBoolean()).isTrue();
    assertThat(answer.json().path("success").asBoolean()).isFalse();
    assertThat(service.states).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/storage/YQ?fromVersion=x,400,malformed_version",
    "/storage/YQ?minNumWrites=4,400,out_of_range",
    "/storage/YQ?minNumReads=1,400,malformed_parameter",
    "/storage/a.b,400,malformed_base64",
    "/storage/,400,empty_key",
    "/storage,400,empty_key"
  })
  void every_bad_delete_has_its_status_and_code(String path, int status, String code)
      throws Exception {
    Answer answer = node.http().delete(path);

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.json().path("success").isBoolean()).isTrue();
    assertThat(answer.json().path("success").asBoolean()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "PUT,/storage,text/plain",
    "PUT,/storage,application/x-www-form-urlencoded",
    "PUT,/storage,application/jsonx",
    "PUT,/storage,nonsense",
    "PUT,/storage,application/json;charset=ISO-8859-1",
    "POST,/storage,text/plain",
    "PUT,/storage,"
  })
  void a_body_that_is_not_declared_as_json_is_refused(String method, String path, String type)
      throws Exception {
    Answer answer =
        node.http().send(method, path, type, "{\"key\":\"YQ==\",\"value\":\"\"}".getBytes());

    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.code()).isEqualTo("unsupported_media_type");
    assertThat(answer.json().has("success")).isEqualTo(method.equals("PUT"));
    assertThat(answer.json().path("error").path("wanted").asText()).isEqualTo("application/json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "application/json;charset=utf-8",
        "Application/JSON; charset=\"UTF-8\""
      })
  void every_way_to_declare_json_is_understood(String type) throws Exception {
    Answer answer =
        node.http()
            .send("PUT", "/storage", type, "{\"key\":\"YQ==\",\"value\":\"aGk=\"}".getBytes());

    assertThat(answer.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT,/storage/YQ",
    "POST,/storage/YQ",
    "PATCH,/storage",
    "PUT,/ping",
    "DELETE,/ping",
    "POST,/cluster",
    "DELETE,/internal/dump/my",
    "TRACE,/storage/YQ",
    "FOO,/storage/YQ"
  })
  void a_wrong_method_is_refused_and_told_the_right_ones(String method, String path)
      throws Exception {
    Answer answer =
        node.http().raw(method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.code()).isEqualTo("method_not_allowed");
    assertThat(answer.headers().get("allow")).isNotBlank();
    assertThat(answer.json().has("success"))
        .isEqualTo(method.equals("PUT") || method.equals("DELETE"));
  }

  @Test
  void a_key_and_a_value_at_the_limits_are_taken_and_beyond_are_not() throws Exception {
    String key = base64(4096);
    String value = base64(1024 * 1024);
    assertThat(put(key, value, "").status()).isEqualTo(200);
    assertThat(node.http().get("/storage/" + key).body()).hasSizeGreaterThan(value.length());
    assertThat(node.http().get("/storage/" + key.replace("A", "%41")).status()).isEqualTo(414);

    Answer longKey = put(base64(4097), "aGk=", "");
    assertThat(longKey.status()).isEqualTo(413);
    assertThat(longKey.code()).isEqualTo("key_too_large");
    Answer longUrl = node.http().get("/storage/" + base64(4097));
    assertThat(longUrl.status()).isEqualTo(413);
    assertThat(longUrl.code()).isEqualTo("key_too_large");

    Answer longValue = put("YQ==", base64(1024 * 1024 + 1), "");
    assertThat(longValue.status()).isEqualTo(413);
    assertThat(longValue.code()).isEqualTo("value_too_large");
    assertThat(longValue.json().path("error").path("wanted").asInt()).isEqualTo(1024 * 1024);
    assertThat(longValue.json().path("error").path("got").asInt()).isEqualTo(1024 * 1024 + 1);
  }

  static Stream<Arguments> writeOutcomes() {
    return Stream.of(
        Arguments.of(new PutOutcome.Stale(), 409, "stale_version"),
        Arguments.of(new PutOutcome.NotEnoughReplicas(2, 1), 503, "not_enough_replicas"),
        Arguments.of(new PutOutcome.Unknown(2, 1), 504, "timed_out"),
        Arguments.of(new PutOutcome.NotStored(Failure.STORAGE_FAILED), 503, "storage_failed"),
        Arguments.of(new PutOutcome.NotStored(Failure.OVERLOADED), 503, "overloaded"),
        Arguments.of(new PutOutcome.NotStored(Failure.TOO_MANY_SIBLINGS), 409, "too_many_siblings"),
        Arguments.of(new PutOutcome.NotStored(Failure.UNREACHABLE), 503, "not_enough_replicas"),
        Arguments.of(new PutOutcome.NotStored(Failure.MALFORMED), 500, "internal_error"));
  }

  @ParameterizedTest
  @MethodSource("writeOutcomes")
  void every_way_a_write_can_end_has_its_status_and_code(
      PutOutcome outcome, int status, String code) throws Exception {
    service.putOutcome = outcome;

    Answer answer = put("YQ==", "aGk=", "");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.json().path("success").isBoolean()).isTrue();
    assertThat(answer.headers().get("retry-after")).isEqualTo(status == 503 ? "1" : null);
  }

  @Test
  void an_unknown_outcome_says_that_the_write_may_have_happened() throws Exception {
    service.putOutcome = new PutOutcome.Unknown(3, 1);

    Answer answer = put("YQ==", "aGk=", "");

    assertThat(answer.json().path("error").path("message").asText())
        .contains("may or may not have happened");
    assertThat(answer.json().path("error").path("wanted").asInt()).isEqualTo(3);
    assertThat(answer.json().path("error").path("got").asInt()).isEqualTo(1);
  }

  static Stream<Arguments> readOutcomes() {
    return Stream.of(
        Arguments.of(new GetOutcome.NotEnoughReplicas(2, 1), 503, "not_enough_replicas"),
        Arguments.of(new GetOutcome.TimedOut(2, 1), 504, "timed_out"));
  }

  @ParameterizedTest
  @MethodSource("readOutcomes")
  void every_way_a_read_can_fail_has_its_status_and_code(
      GetOutcome outcome, int status, String code) throws Exception {
    service.getOutcome = outcome;

    Answer answer = node.http().get("/storage/YQ");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.json().path("error").path("wanted").asInt()).isEqualTo(2);
    assertThat(answer.json().path("error").path("got").asInt()).isEqualTo(1);
    assertThat(answer.headers().get("retry-after")).isEqualTo(status == 503 ? "1" : null);
  }

  @Test
  void an_overloaded_node_says_so() throws Exception {
    service.overloaded = true;

    Answer read = node.http().get("/storage/YQ");
    Answer write = put("YQ==", "aGk=", "");

    assertThat(read.status()).isEqualTo(503);
    assertThat(read.code()).isEqualTo("overloaded");
    assertThat(write.code()).isEqualTo("overloaded");
    assertThat(write.headers()).containsEntry("retry-after", "1");
  }

  @Test
  void the_number_of_replicas_is_the_requests_or_the_configured_one() throws Exception {
    node.http().get("/storage/YQ");
    assertThat(service.lastWanted).isEqualTo(2);
    node.http().get("/storage/YQ?minNumReads=3");
    assertThat(service.lastWanted).isEqualTo(3);
    node.http().put("/storage", "{\"key\":\"YQ==\",\"value\":\"aGk=\",\"minNumWrites\":1}");
    assertThat(service.lastWanted).isEqualTo(1);
  }

  @Test
  void answers_from_the_nodes_own_threads_arrive_small_and_large() throws Exception {
    ExecutorService nodes = Executors.newSingleThreadExecutor();
    try {
      service.answering = nodes;
      assertThat(put("YQ==", "aGk=", "").status()).isEqualTo(200);
      assertThat(put("Yg==", base64(1024 * 1024), "").status()).isEqualTo(200);
      assertThat(node.http().get("/storage/YQ").body()).contains("aGk=");
      assertThat(node.http().get("/storage/Yg").body()).hasSizeGreaterThan(1024 * 1024 * 4 / 3);
    } finally {
      nodes.shutdown();
    }
  }

  @Test
  void the_node_knows_the_requests_id() throws Exception {
    Answer answer =
        node.http()
            .raw(
                "GET /storage/YQ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    + "X-Request-Id: mine-1\r\n\r\n");

    assertThat(answer.headers()).containsEntry("x-request-id", "mine-1");
    assertThat(service.lastRequestId).isEqualTo("mine-1");
  }

  @Test
  void a_head_request_has_the_headers_of_a_get_and_no_body() throws Exception {
    put("YQ==", "aGk=", "");

    Answer answer =
        node.http().raw("HEAD /storage/YQ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers().get("content-length"))
        .isEqualTo("" + node.http().get("/storage/YQ").body().length());
  }

  private static Answer put(String key, String value, String fromVersion) throws Exception {
    return node.http()
        .put(
            "/storage",
            "{\"key\":\"%s\",\"value\":\"%s\",\"fromVersion\":\"%s\"}"
                .formatted(key, value, fromVersion));
  }

  private static String base64(int bytes) {
    return new String(Base64.getEncoder().encode(new byte[bytes]), StandardCharsets.US_ASCII);
  }
}
