package io.dynamokv.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A client of one node's REST interface. Thread-safe. */
final class StorageClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private final URI node;

  StorageClient(URI node) {
    this.node = node;
  }

  /** A status code and a JSON body. */
  record Answer(int status, JsonNode body, HttpResponse<String> response) {
    String version() {
      JsonNode holder = body.has("value") ? body.get("value") : body;
      return holder.path("version").asText();
    }

    /** The values of a GET, as text. */
    List<String> values() {
      List<String> values = new ArrayList<>();
      body.path("value")
          .path("values")
          .forEach(
              value ->
                  values.add(
                      new String(
                          Base64.getDecoder().decode(value.asText()), StandardCharsets.UTF_8)));
      return values;
    }

    String errorCode() {
      return body.path("error").path("code").asText();
    }
  }

  Answer get(byte[] key, int reads) throws IOException {
    String encoded = Base64.getEncoder().encodeToString(key);
    return get(URLEncoder.encode(encoded, StandardCharsets.UTF_8) + "?minNumReads=" + reads);
  }

  Answer get(String key, int reads) throws IOException {
    return get(key.getBytes(StandardCharsets.UTF_8), reads);
  }

  /** A GET whose path after {@code /storage/} is sent as it is. */
  Answer get(String rawPath) throws IOException {
    return send(request("/storage/" + rawPath).GET().build());
  }

  Answer put(byte[] key, String value, String fromVersion, int writes) throws IOException {
    String body =
        JSON.createObjectNode()
            .put("key", Base64.getEncoder().encodeToString(key))
            .put(
                "value", Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)))
            .put("fromVersion", fromVersion)
            .put("minNumWrites", writes)
            .toString();
    return put(body);
  }

  Answer put(String key, String value, String fromVersion, int writes) throws IOException {
    return put(key.getBytes(StandardCharsets.UTF_8), value, fromVersion, writes);
  }

  /** A PUT whose body is sent as it is. */
  Answer put(String body) throws IOException {
    return send(
        request("/storage")
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body))
            .build());
  }

  Answer cluster() throws IOException {
    return send(request("/cluster").GET().build());
  }

  /** The body of {@code /check_connectivity}, or nothing if the node does not answer. */
  String connectivity() {
    try {
      return send(request("/check_connectivity").GET().build()).body().toString();
    } catch (IOException e) {
      return "";
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(node + path)).timeout(Duration.ofSeconds(10));
  }

  private static Answer send(HttpRequest request) throws IOException {
    try {
      HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
      return new Answer(response.statusCode(), parse(response.body()), response);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static JsonNode parse(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
