package io.dynamokv.resources.forward;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dynamokv.api.Answers;
import io.dynamokv.api.Base64Text;
import io.dynamokv.api.WriteRequest;
import io.dynamokv.ring.Key;
import org.jspecify.annotations.Nullable;

/**
 * A request as it is sent to another node. Immutable.
 *
 * @param path with the query
 * @param body JSON, or null
 * @param isWrite whether it may change something, and so must not be sent twice
 */
record ForwardedCall(String method, String path, byte @Nullable [] body, boolean isWrite) {
  /** Longer keys travel in the body, since URLs have a limit. */
  private static final int MAX_KEY_BYTES_IN_URL = 2048;

  static ForwardedCall read(Key key, int reads) {
    if (key.bytes().length <= MAX_KEY_BYTES_IN_URL) {
      return new ForwardedCall(
          "GET",
          "/storage/" + Base64Text.encodeForUrl(key.bytes()) + "?minNumReads=" + reads,
          null,
          false);
    }
    byte[] body =
        Answers.json(
            json -> {
              json.writeStartObject();
              json.writeStringField("key", base64(key.bytes()));
              json.writeNumberField("minNumReads", reads);
              json.writeEndObject();
            });
    return new ForwardedCall("POST", "/storage", body, false);
  }

  static ForwardedCall write(WriteRequest request, int writes) {
    byte[] value = request.value();
    byte[] body =
        Answers.json(
            json -> {
              json.writeStartObject();
              json.writeStringField("key", base64(request.key().bytes()));
              json.writeStringField("value", value == null ? "" : base64(value));
              json.writeStringField("fromVersion", request.fromVersion());
              json.writeNumberField("minNumWrites", writes);
              json.writeEndObject();
            });
    return new ForwardedCall("PUT", "/storage", body, true);
  }

  private static String base64(byte[] bytes) {
    return new String(Base64Text.encode(bytes), US_ASCII);
  }
}
