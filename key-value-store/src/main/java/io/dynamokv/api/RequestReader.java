package io.dynamokv.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.dynamokv.ring.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests from the bytes of their bodies: one JSON object in UTF-8, with no field but the
 * request's own, each at most once. Every method throws {@link RefusedException} for anything else.
 * Thread-safe.
 *
 * <p>Keys and values are decoded from where they stand in the body. Made into strings first, a
 * value would be held several times over, and many large writes at once would need far more memory
 * than the limit on bodies allows for.
 */
public final class RequestReader {
  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] NOTHING = {};
  private static final Set<Field> READ =
      Collections.unmodifiableSet(EnumSet.of(Field.KEY, Field.MIN_NUM_READS, Field.STRICT));
  private static final Set<Field> WRITE =
      Collections.unmodifiableSet(
          EnumSet.of(
              Field.KEY, Field.VALUE, Field.FROM_VERSION, Field.MIN_NUM_WRITES, Field.STRICT));

  private final Limits limits;

  public RequestReader(Limits limits) {
    this.limits = limits;
  }

  /** {@code {"key":k,"minNumReads":r,"strict":s}}. */
  public ReadRequest read(byte[] body) {
    Fields fields = parse(body, READ);
    return new ReadRequest(
        Key.of(Checks.key(fields.bytes(Field.KEY), limits)),
        fields.number(Field.MIN_NUM_READS),
        fields.flag(Field.STRICT));
  }

  /** {@code {"key":k,"value":x,"fromVersion":v,"minNumWrites":w,"strict":s}}. */
  public WriteRequest write(byte[] body) {
    Fields fields = parse(body, WRITE);
    byte[] key = Checks.key(fields.bytes(Field.KEY), limits);
    byte[] value = Checks.value(fields.bytes(Field.VALUE), limits);
    return new WriteRequest(
        Key.of(key),
        value.length == 0 ? null : value,
        fields.text(Field.FROM_VERSION),
        fields.number(Field.MIN_NUM_WRITES),
        fields.flag(Field.STRICT));
  }

  private Fields parse(byte[] body, Set<Field> allowed) {
    requireUtf8(body);
    try (JsonParser parser = JSON.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw malformed("the body must be a JSON object", "a JSON object", shown(parser));
      }
      Fields fields = new Fields(body, limits);
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        fields.take(Field.of(name, allowed), parser);
      }
      if (parser.nextToken() != null) {
        throw malformed(
            "the body must end after the JSON object", "the end of the body", shown(parser));
      }
      return fields;
    } catch (JsonProcessingException e) {
      throw malformed(
          "the body is not JSON: " + ApiError.excerpt(e.getOriginalMessage()), null, null);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory can not fail", e);
    }
  }

  /** Jackson would take UTF-16 and UTF-32 as well; zeros and byte order marks give them away. */
  private static void requireUtf8(byte[] body) {
    boolean empty = body.length == 0;
    if (empty || body[0] <= 0 || (body.length > 1 && body[1] == 0)) {
      throw malformed(
          "the body must be a JSON object in UTF-8", "a JSON object", empty ? "nothing" : null);
    }
  }

  private static @Nullable String shown(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return token == null ? "nothing" : Field.typeOf(token);
  }

  private static RefusedException malformed(
      String message, @Nullable String wanted, @Nullable String got) {
    return new RefusedException(ErrorCode.MALFORMED_JSON, message, wanted, got);
  }

  /** The fields of all requests. */
  private enum Field {
    KEY("key"),
    VALUE("value"),
    FROM_VERSION("fromVersion"),
    MIN_NUM_READS("minNumReads"),
    MIN_NUM_WRITES("minNumWrites"),
    STRICT("strict");

    private final String text;

    Field(String text) {
      this.text = text;
    }

    static Field of(String name, Set<Field> allowed) {
      for (Field field : allowed) {
        if (field.text.equals(name)) {
          return field;
        }
      }
      throw new RefusedException(
          ErrorCode.UNKNOWN_FIELD,
          "there is no field \"" + ApiError.excerpt(name) + "\" in this request",
          String.join(", ", allowed.stream().map(field -> field.text).toList()),
          ApiError.excerpt(name));
    }

    static String typeOf(JsonToken token) {
      return switch (token) {
        case VALUE_STRING -> "a string";
        case VALUE_NUMBER_INT -> "an integer";
        case VALUE_NUMBER_FLOAT -> "a number that is not an integer";
        case VALUE_TRUE, VALUE_FALSE -> "a boolean";
        case VALUE_NULL -> "null";
        case START_ARRAY, END_ARRAY -> "an array";
        default -> "an object";
      };
    }
  }

  /** What has been read of a body. */
  private static final class Fields {
    private final byte[] body;
    private final Limits limits;
    private final Map<Field, Object> values = new EnumMap<>(Field.class);

    Fields(byte[] body, Limits limits) {
      this.body = body;
      this.limits = limits;
    }

    void take(Field field, JsonParser parser) throws IOException {
      JsonToken token = parser.nextToken();
      Object value =
          switch (field) {
            case KEY, VALUE -> base64(field, token, parser);
            case FROM_VERSION -> string(field, token, parser);
            case MIN_NUM_READS, MIN_NUM_WRITES -> replicas(field, token, parser);
            case STRICT -> bool(field, token);
          };
      if (values.put(field, value) != null) {
        throw new RefusedException(
            ErrorCode.DUPLICATE_FIELD, "the field \"" + field.text + "\" comes twice", 1, 2);
      }
    }

    byte[] bytes(Field field) {
      Object value = values.get(field);
      if (value == null) {
        throw new RefusedException(
            ErrorCode.MISSING_FIELD,
            "the field \"" + field.text + "\" is missing",
            field.text,
            null);
      }
      return (byte[]) value;
    }

    String text(Field field) {
      Object value = values.get(field);
      return value == null ? "" : (String) value;
    }

    @Nullable Integer number(Field field) {
      return (Integer) values.get(field);
    }

    boolean flag(Field field) {
      Object value = values.get(field);
      return value != null && (Boolean) value;
    }

    private byte[] base64(Field field, JsonToken token, JsonParser parser) throws IOException {
      require(field, token, JsonToken.VALUE_STRING);
      int start = (int) parser.currentTokenLocation().getByteOffset() + 1;
      int end = start;
      while (end < body.length && body[end] != '"' && body[end] != '\\') {
        end++;
      }
      if (end < body.length && body[end] == '"') {
        return decode(field, body, start, end);
      }
      // Escapes, though never needed in Base64, are correct; some writers escape every slash.
      byte[] unescaped = parser.getText().getBytes(StandardCharsets.UTF_8);
      return decode(field, unescaped, 0, unescaped.length);
    }

    private byte[] decode(Field field, byte[] text, int start, int end) {
      if (start == end) {
        return NOTHING;
      }
      Checks.encodedLength(field == Field.KEY, end - start, limits);
      try {
        return Base64Text.decode(text, start, end);
      } catch (IllegalArgumentException e) {
        throw Checks.malformedBase64(
            field.text,
            e,
            "standard Base64 with padding",
            new String(text, start, Math.min(end - start, 100), StandardCharsets.ISO_8859_1));
      }
    }

    private static String string(Field field, JsonToken token, JsonParser parser)
        throws IOException {
      require(field, token, JsonToken.VALUE_STRING);
      return parser.getText();
    }

    private Integer replicas(Field field, JsonToken token, JsonParser parser) throws IOException {
      require(field, token, JsonToken.VALUE_NUMBER_INT);
      return Checks.replicas(field.text, parser.getText(), limits);
    }

    private static Boolean bool(Field field, JsonToken token) {
      if (token != JsonToken.VALUE_FALSE) {
        require(field, token, JsonToken.VALUE_TRUE);
      }
      return token == JsonToken.VALUE_TRUE;
    }

    private static void require(Field field, JsonToken token, JsonToken wanted) {
      if (token != wanted) {
        throw new RefusedException(
            ErrorCode.WRONG_TYPE,
            "the field \"" + field.text + "\" must be " + Field.typeOf(wanted),
            Field.typeOf(wanted),
            Field.typeOf(token));
      }
    }
  }
}
