package io.dynamokv.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of answers, as bytes. Those of success are put together by hand, since they are the
 * most frequent and hold nothing that needs an escape: Base64, and versions, which are Base64 too.
 * Stateless.
 */
public final class Answers {
  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] KEY = "{\"key\":\"".getBytes(US_ASCII);
  private static final byte[] VERSION = "\",\"value\":{\"version\":\"".getBytes(US_ASCII);
  private static final byte[] VALUES = "\",\"values\":[".getBytes(US_ASCII);
  private static final byte[] END = "]}}".getBytes(US_ASCII);
  private static final byte[] STORED = "{\"success\":true,\"version\":\"".getBytes(US_ASCII);
  private static final byte[] STORED_END = "\"}".getBytes(US_ASCII);

  private Answers() {}

  /** How long the answer to a read will be, in bytes. */
  public static long foundLength(byte[] key, String version, List<byte[]> values) {
    long length = 0L + KEY.length + VERSION.length + VALUES.length + END.length;
    length += base64Length(key) + version.length() + Math.max(0, values.size() - 1);
    for (byte[] value : values) {
      length += base64Length(value) + 2;
    }
    return length;
  }

  /** {@code {"key":k,"value":{"version":v,"values":[..]}}}. */
  public static byte[] found(byte[] key, String version, List<byte[]> values) {
    AsciiBuffer buffer =
        new AsciiBuffer(Math.toIntExact(foundLength(key, version, values)))
            .add(KEY)
            .addBase64(key)
            .add(VERSION)
            .add(version.getBytes(US_ASCII))
            .add(VALUES);
    boolean first = true;
    for (byte[] value : values) {
      if (!first) {
        buffer.add((byte) ',');
      }
      buffer.add((byte) '"').addBase64(value).add((byte) '"');
      first = false;
    }
    return buffer.add(END).bytes();
  }

  /** {@code {"success":true,"version":v}}. */
  public static byte[] stored(String version) {
    int length = STORED.length + version.length() + STORED_END.length;
    return new AsciiBuffer(length)
        .add(STORED)
        .add(version.getBytes(US_ASCII))
        .add(STORED_END)
        .bytes();
  }

  /**
   * {@code {"error":{"code":c,"message":m,"wanted":x,"got":y,"id":i}}}, without what is not known.
   *
   * @param isWrite whether {@code "success":false} comes first
   */
  public static byte[] error(ApiError error, boolean isWrite) {
    return json(
        json -> {
          json.writeStartObject();
          if (isWrite) {
            json.writeBooleanField("success", false);
          }
          writeError(json, error);
          json.writeEndObject();
        });
  }

  /** Writes the field {@code error} into an object. */
  public static void writeError(JsonGenerator json, ApiError error) throws IOException {
    json.writeObjectFieldStart("error");
    json.writeStringField("code", error.code().text());
    json.writeStringField("message", error.message());
    writeOptional(json, "wanted", error.wanted());
    writeOptional(json, "got", error.got());
    writeOptional(json, "id", error.id());
    json.writeEndObject();
  }

  /** A small JSON document. */
  public static byte[] json(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory can not fail", e);
    }
    return bytes.toByteArray();
  }

  private static void writeOptional(JsonGenerator json, String name, @Nullable Object value)
      throws IOException {
    if (value instanceof Number number) {
      json.writeNumberField(name, number.longValue());
    } else if (value != null) {
      json.writeStringField(name, value.toString());
    }
  }

  private static int base64Length(byte[] bytes) {
    return (bytes.length + 2) / 3 * 4;
  }

  /** Writes one JSON document. */
  public interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  /** Bytes that are put together in place, of a length that is known before. */
  private static final class AsciiBuffer {
    private final byte[] bytes;
    private int length;

    AsciiBuffer(int capacity) {
      this.bytes = new byte[capacity];
    }

    AsciiBuffer add(byte one) {
      bytes[length++] = one;
      return this;
    }

    AsciiBuffer add(byte[] more) {
      System.arraycopy(more, 0, bytes, length, more.length);
      length += more.length;
      return this;
    }

    AsciiBuffer addBase64(byte[] raw) {
      return add(Base64.getEncoder().encode(raw));
    }

    byte[] bytes() {
      return bytes;
    }
  }
}
