package io.dynamokv.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http;
import io.dynamokv.edge.Http.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that no correct client would send, to real nodes: each is refused with its code, and
 * after each every node holds what it held before.
 */
class BadInputIT {
  private static final String REQUEST_ID = "bad-input.7_x";
  private static final int LONGEST_ERROR = 1024;
  private static final String JSON = "application/json";

  /** The limits of a node that is configured without any. */
  private static final int MAX_KEY_BYTES = 4096;

  private static final int MAX_VALUE_BYTES = 1 << 20;

  private static LocalCluster cluster;
  private static String dump = "";
  private static String version = "";
  private static String versionOfAnotherKey = "";

  /** A request, in full, and how it must be refused. */
  record Bad(
      String name, String method, String path, String type, String body, int status, String code) {
    static Bad url(String method, String path, int status, String code) {
      return new Bad(shown(method + " " + path), method, path, "", "", status, code);
    }

    static Bad put(String body, int status, String code) {
      return new Bad(shown("PUT " + body), "PUT", "/storage", JSON, body, status, code);
    }

    static Bad post(String body, int status, String code) {
      return new Bad(shown("POST " + body), "POST", "/storage", JSON, body, status, code);
    }

    Bad declaredAs(String otherType) {
      return new Bad(name + " as " + otherType, method, path, otherType, body, status, code);
    }

    private static String shown(String text) {
      String printable = text.replaceAll("[^ -~]", "?");
      return printable.length() <= 90
          ? printable
          : printable.substring(0, 80) + ".. (" + text.length() + ")";
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(3, 3, data);
    version = cluster.client(1).put("a", "good", "", 3).version();
    versionOfAnotherKey = cluster.client(2).put("other", "good too", "", 3).version();
    dump = dump();
    assertThat(dump.lines().filter(line -> line.endsWith("\"keys\":2}"))).hasSize(3);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  static Stream<Bad> keysAndValues() {
    Stream<Bad> inBodies =
        Stream.of("a", "YQ", "YQ=", "Y Q=", "YQ===", "YR==", "YQ==YQ==", "_-__", "\\u00e4AAA")
            .flatMap(
                text ->
                    Stream.of(
                        Bad.put(write(text, "eA==", ""), 400, "malformed_base64"),
                        Bad.put(write("YQ==", text, ""), 400, "malformed_base64"),
                        Bad.post("{\"key\":\"" + text + "\"}", 400, "malformed_base64")));
    Stream<Bad> inUrls =
        Stream.of("Y", "YR==", "YQ=", "a.b", "YQ==YQ==", "a%20b", "%C3%A4AAA")
            .flatMap(
                text ->
                    Stream.of(
                        Bad.url("GET", "/storage/" + text, 400, "malformed_base64"),
                        Bad.url("DELETE", "/storage/" + text, 400, "malformed_base64"),
                        Bad.url(
                            "GET", "/cluster/preference-list/" + text, 400, "malformed_base64")));
    Stream<Bad> empty =
        Stream.of(
            Bad.put(write("", "eA==", ""), 400, "empty_key"),
            Bad.post("{\"key\":\"\"}", 400, "empty_key"),
            Bad.url("GET", "/storage/", 400, "empty_key"),
            Bad.url("GET", "/storage", 400, "empty_key"),
            Bad.url("DELETE", "/storage/", 400, "empty_key"));
    return Stream.of(inBodies, inUrls, empty).flatMap(all -> all);
  }

  static Stream<Bad> bodies() {
    String good = write("YQ==", "eA==", version);
    Stream<Bad> notJson =
        Stream.of(
                "",
                " ",
                "{",
                "nonsense",
                "[]",
                "null",
                "7",
                "\"text\"",
                good + good,
                good + "}",
                good.replace("\"", "'"),
                "\ufeff" + good,
                "\u00ef\u00bb\u00bf" + good,
                good.replaceAll("(.)", "$1\u0000"),
                "\u0000".repeat(1000),
                "[".repeat(100_000),
                randomBytes(1, 300),
                randomBytes(2, 300_000))
            .map(body -> Bad.put(body, 400, "malformed_json"));
    Stream<Bad> cutShort =
        IntStream.of(1, 5, 7, 12, 20, good.length() / 2, good.length() - 2, good.length() - 1)
            .mapToObj(length -> Bad.put(good.substring(0, length), 400, "malformed_json"));
    Stream<Bad> fields =
        Stream.of(
            Bad.put("{}", 400, "missing_field"),
            Bad.put("{\"key\":\"YQ==\"}", 400, "missing_field"),
            Bad.put("{\"value\":\"YQ==\"}", 400, "missing_field"),
            Bad.put(with("more", "1"), 400, "unknown_field"),
            Bad.put(with("minnumwrites", "1"), 400, "unknown_field"),
            Bad.put(with("minNumReads", "1"), 400, "unknown_field"),
            Bad.put(with("value", "\"eQ==\""), 400, "duplicate_field"),
            Bad.put(with("key", "\"eQ==\""), 400, "duplicate_field"),
            Bad.put("{\"key\":null,\"value\":\"eA==\"}", 400, "wrong_type"),
            Bad.put("{\"key\":7,\"value\":\"eA==\"}", 400, "wrong_type"),
            Bad.put("{\"key\":[\"YQ==\"],\"value\":\"eA==\"}", 400, "wrong_type"),
            Bad.put("{\"key\":\"YQ==\",\"value\":{}}", 400, "wrong_type"),
            Bad.put("{\"key\":\"YQ==\",\"value\":null}", 400, "wrong_type"),
            Bad.post("{\"key\":\"YQ==\",\"value\":\"eA==\"}", 400, "unknown_field"));
    Stream<Bad> undeclared =
        Stream.of("", "text/plain", "application/xml", "application/json; charset=utf-16", "json")
            .map(type -> Bad.put(good, 415, "unsupported_media_type").declaredAs(type));
    return Stream.of(notJson, cutShort, fields, undeclared).flatMap(all -> all);
  }

  static Stream<Bad> versions() {
    char last = version.charAt(version.length() - 1);
    Stream<String> bad =
        Stream.of(
            versionOfAnotherKey,
            version.substring(0, version.length() - 1),
            version.substring(0, version.length() / 2),
            version.substring(1),
            version.substring(0, version.length() - 1) + (last == 'A' ? 'E' : 'A'),
            (version.charAt(0) == 'A' ? 'B' : 'A') + version.substring(1),
            version + version,
            version + "=",
            version + "A",
            "A",
            "AAAA",
            "nonsense!",
            "null",
            Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[40]),
            Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(randomBytes(3, 60).getBytes(ISO_8859_1)));
    Stream<Bad> anywhere =
        bad.flatMap(
            text ->
                Stream.of(
                    Bad.put(write("YQ==", "eA==", text), 400, "malformed_version"),
                    Bad.put(write("YQ==", "", text), 400, "malformed_version"),
                    Bad.url(
                        "DELETE", "/storage/YQ?fromVersion=" + text, 400, "malformed_version")));
    Stream<Bad> inBodies =
        Stream.of(
            Bad.put(write("YQ==", "eA==", "A".repeat(40_000)), 400, "malformed_version"),
            Bad.put(write("YQ==", "eA==", version.repeat(10_000)), 400, "malformed_version"),
            Bad.put(write("YQ==", "eA==", "\\u0000\\uffff"), 400, "malformed_version"),
            Bad.put("{\"key\":\"YQ==\",\"value\":\"\",\"fromVersion\":7}", 400, "wrong_type"),
            Bad.put("{\"key\":\"YQ==\",\"value\":\"\",\"fromVersion\":null}", 400, "wrong_type"));
    return Stream.concat(anywhere, inBodies);
  }

  static Stream<Bad> numbers() {
    Stream<Bad> outside =
        Stream.of("0", "-1", "4", "1000", "2147483648", "99999999999999999999")
            .flatMap(
                number ->
                    Stream.of(
                        Bad.put(with("minNumWrites", number), 400, "out_of_range"),
                        Bad.post(read("minNumReads", number), 400, "out_of_range"),
                        Bad.url("GET", "/storage/YQ?minNumReads=" + number, 400, "out_of_range"),
                        Bad.url(
                            "DELETE", "/storage/YQ?minNumWrites=" + number, 400, "out_of_range")));
    Stream<Bad> inBodies =
        Stream.of("1.5", "2.0", "1e0", "\"2\"", "null", "true", "[2]", "{}")
            .map(text -> Bad.put(with("minNumWrites", text), 400, "wrong_type"));
    Stream<Bad> notJson =
        Stream.of("NaN", "2x", "02", "+2", "--1")
            .map(text -> Bad.put(with("minNumWrites", text), 400, "malformed_json"));
    Stream<Bad> inUrls =
        Stream.of("", "x", "1.5", "1e0", "0x2", "+2", "%2B2", "%202", "2;", "%ff")
            .flatMap(
                text ->
                    Stream.of(
                        Bad.url(
                            "GET", "/storage/YQ?minNumReads=" + text, 400, "malformed_parameter"),
                        Bad.url(
                            "DELETE",
                            "/storage/YQ?minNumWrites=" + text,
                            400,
                            "malformed_parameter")));
    Stream<Bad> names =
        Stream.of(
                "GET /storage/YQ?minNumWrites=1",
                "GET /storage/YQ?minnumreads=1",
                "GET /storage/YQ?minNumReads=1&minNumReads=1",
                "GET /storage/YQ?minNumReads=1&",
                "GET /storage/YQ?x",
                "DELETE /storage/YQ?version=x",
                "DELETE /storage/YQ?fromVersion=&fromVersion=")
            .map(line -> line.split(" ", 2))
            .map(line -> Bad.url(line[0], line[1], 400, "malformed_parameter"));
    return Stream.of(outside, inBodies, notJson, inUrls, names).flatMap(all -> all);
  }

  static Stream<Bad> paths() {
    Stream<Bad> unknown =
        Stream.of("/", "/nothing", "/storagex", "/Storage/YQ", "/internal", "/internal/dump/yours")
            .flatMap(
                path ->
                    Stream.of("GET", "PUT", "DELETE")
                        .map(method -> Bad.url(method, path, 404, "not_found")));
    Stream<Bad> methods =
        Stream.of(
                "PATCH /storage",
                "PUT /storage/YQ",
                "POST /storage/YQ",
                "PUT /ping",
                "POST /ping",
                "DELETE /cluster",
                "PUT /check_connectivity",
                "DELETE /internal/dump/my",
                "TRACE /storage/YQ",
                "BREW /storage/YQ")
            .map(line -> line.split(" ", 2))
            .map(line -> Bad.url(line[0], line[1], 405, "method_not_allowed"));
    return Stream.concat(unknown, methods);
  }

  static Stream<Bad> sizes() {
    String key = base64(MAX_KEY_BYTES + 1);
    String value = base64(MAX_VALUE_BYTES + 1);
    return Stream.of(
        Bad.put(write(key, "eA==", ""), 413, "key_too_large"),
        Bad.put(write(base64(100_000), "eA==", ""), 413, "key_too_large"),
        Bad.post("{\"key\":\"" + key + "\"}", 413, "key_too_large"),
        Bad.url("GET", "/storage/" + key, 413, "key_too_large"),
        Bad.url("DELETE", "/storage/" + key, 413, "key_too_large"),
        Bad.put(write("YQ==", value, version), 413, "value_too_large"),
        Bad.put(write("Yg==", value, ""), 413, "value_too_large"),
        Bad.put(write("YQ==", base64(2 * MAX_VALUE_BYTES), version), 413, "body_too_large"),
        Bad.put(" ".repeat(2 * MAX_VALUE_BYTES), 413, "body_too_large"));
  }

  @ParameterizedTest
  @MethodSource({"keysAndValues", "bodies", "versions", "numbers", "paths", "sizes"})
  void it_is_refused_with_its_code_and_nothing_is_stored(Bad bad) throws Exception {
    Answer answer = send(bad);

    assertThat(answer.status()).as(answer.body()).isEqualTo(bad.status());
    assertThat(answer.code()).isEqualTo(bad.code());
    assertThat(answer.json().path("error").path("message").asText()).isNotBlank();
    assertThat(answer.json().path("success").asBoolean(true)).isEqualTo(!isWrite(bad.method()));
    assertThat(answer.headers())
        .containsEntry("content-type", JSON)
        .containsEntry("x-request-id", REQUEST_ID);
    assertThat(answer.body().length()).isLessThan(LONGEST_ERROR);
    assertThat(answer.body()).doesNotContain("Exception", "io.dynamokv", "org.eclipse", "\\tat ");
  }

  @AfterEach
  void every_node_holds_what_it_held_before_and_was_not_surprised() throws Exception {
    assertThat(dump()).isEqualTo(dump);
    for (int node = 1; node <= cluster.size(); node++) {
      assertThat(cluster.log(node)).doesNotContain("Unexpected error");
    }
  }

  private static boolean isWrite(String method) {
    return method.equals("PUT") || method.equals("DELETE");
  }

  private static Answer send(Bad bad) throws IOException {
    StringBuilder request = new StringBuilder();
    request.append(bad.method()).append(' ').append(bad.path()).append(" HTTP/1.1\r\nHost: x\r\n");
    request.append("Connection: close\r\nX-Request-Id: " + REQUEST_ID + "\r\n");
    if (!bad.type().isEmpty()) {
      request.append("Content-Type: ").append(bad.type()).append("\r\n");
    }
    request.append("Content-Length: ").append(bad.body().length()).append("\r\n\r\n");
    return new Http(cluster.httpPort(1)).raw(request.append(bad.body()).toString());
  }

  /** Every key, version and value of every node. */
  private static String dump() throws IOException {
    return new Http(cluster.httpPort(1)).get("/internal/dump/all").body();
  }

  private static String write(String key, String value, String fromVersion) {
    return "{\"key\":\"%s\",\"value\":\"%s\",\"fromVersion\":\"%s\",\"minNumWrites\":1}"
        .formatted(key, value, fromVersion);
  }

  /** A write that would be good but for one field more. */
  private static String with(String field, String json) {
    return "{\"key\":\"YQ==\",\"value\":\"eA==\",\"fromVersion\":\"%s\",\"%s\":%s}"
        .formatted(version, field, json);
  }

  private static String read(String field, String json) {
    return "{\"key\":\"YQ==\",\"%s\":%s}".formatted(field, json);
  }

  private static String base64(int bytes) {
    return Base64.getEncoder().encodeToString(new byte[bytes]);
  }

  /** Any bytes, the same in every run, as a text of one character for each. */
  private static String randomBytes(long seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return new String(bytes, ISO_8859_1);
  }
}
