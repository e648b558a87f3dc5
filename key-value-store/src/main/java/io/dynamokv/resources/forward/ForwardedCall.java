package io.dynamokv.resources.forward;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dynamokv.api.Answers;
import io.dynamokv.api.Base64Text;
import io.dynamokv.api.WriteRequest;
import io.dynamokv.coordination.Quorum;
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

  static ForwardedCall read(Key key, Quorum quorum) {
    if (key.bytes().length <= MAX_KEY_BYTES_IN_URL) {
      return new ForwardedCall(
          "GET",
          "/storage/%s?minNumReads=%d&strict=%s"
              .formatted(Base64Text.encodeForUrl(key.bytes()), quorum.wanted(), quorum.strict()),
          null,
          false);
    }
    byte[] body =
        Answers.json(
            json -> {
              json.writeStartObject();
              json.writeStringField("key", base64(key.bytes()));
              json.writeNumberField("minNumReads", quorum.wanted());
              json.writeBooleanField("strict", quorum.strict());
              json.writeEndObject();
            });
    return new ForwardedCall("POST", "/storage", body, false);
  }

  static ForwardedCall write(WriteRequest request, Quorum quorum) {
    byte[] value = request.value();
    byte[] body =
        Answers.json(
            json -> {
              json.writeStartObject();
              json.writeStringField("key", base64(request.key().bytes()));
              json.writeStringField("value", value == null ? "" : base64(value));
              json.writeStringField("fromVersion", request.fromVersion());
              json.writeNumberField("minNumWrites", quorum.wanted());
              json.writeBooleanField("strict", quorum.strict());
              json.writeEndObject();
            });
    return new ForwardedCall("PUT", "/storage", body, true);
  }

  private static String base64(byte[] bytes) {
    return new String(Base64Text.encode(bytes), US_ASCII);
  }
}
