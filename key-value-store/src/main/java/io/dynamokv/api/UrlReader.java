package io.dynamokv.api;

import io.dynamokv.ring.Key;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests from their URLs. Every method throws {@link RefusedException} for what it can not
 * read; a parameter that is not the request's own is refused too, because a misspelt {@code
 * minNumWrites} must not silently mean fewer copies. Thread-safe.
 */
public final class UrlReader {
  private static final String READS = "minNumReads";
  private static final String WRITES = "minNumWrites";
  private static final String STRICT = "strict";
  private static final String FROM = "fromVersion";

  private final Limits limits;

  public UrlReader(Limits limits) {
    this.limits = limits;
  }

  /** {@code {key}?minNumReads=r&strict=s}. */
  public ReadRequest read(String key, @Nullable String query) {
    Map<String, String> parameters = parameters(query, List.of(READS, STRICT));
    return new ReadRequest(key(key), number(READS, parameters), flag(STRICT, parameters));
  }

  /** {@code {key}?fromVersion=v&minNumWrites=w&strict=s}: a delete. */
  public WriteRequest delete(String key, @Nullable String query) {
    Map<String, String> parameters = parameters(query, List.of(FROM, WRITES, STRICT));
    String from = parameters.getOrDefault(FROM, "");
    Integer writes = number(WRITES, parameters);
    return new WriteRequest(key(key), null, from, writes, flag(STRICT, parameters));
  }

  /** A key in either alphabet, padded or not. */
  public Key key(String text) {
    Checks.encodedLength(true, text.length(), limits);
    try {
      return Key.of(Checks.key(Base64Text.decodeFromUrl(text), limits));
    } catch (IllegalArgumentException e) {
      throw Checks.malformedBase64("key", e, "Base64, standard or URL-safe", text);
    }
  }

  private @Nullable Integer number(String name, Map<String, String> parameters) {
    String text = parameters.get(name);
    if (text == null) {
      return null;
    }
    if (!text.matches("-?[0-9]+")) {
      throw malformed(name + " must be an integer", "an integer", text);
    }
    return Checks.replicas(name, text, limits);
  }

  private static boolean flag(String name, Map<String, String> parameters) {
    String text = parameters.getOrDefault(name, "false");
    if (!text.equals("true") && !text.equals("false")) {
      throw malformed(name + " must be true or false", "true or false", text);
    }
    return text.equals("true");
  }

  private static Map<String, String> parameters(@Nullable String query, List<String> allowed) {
    if (query == null || query.isEmpty()) {
      return Map.of();
    }
    Map<String, String> parameters = new TreeMap<>();
    for (String part : query.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = decode(equals < 0 ? part : part.substring(0, equals));
      String value = equals < 0 ? "" : decode(part.substring(equals + 1));
      if (!allowed.contains(name)) {
        throw malformed(
            "there is no parameter \"" + ApiError.excerpt(name) + "\" here",
            String.join(", ", allowed),
            name);
      }
      if (parameters.put(name, value) != null) {
        throw malformed("the parameter " + name + " comes twice", "one " + name, part);
      }
    }
    return parameters;
  }

  private static String decode(String text) {
    try {
      return PercentText.decode(text);
    } catch (IllegalArgumentException e) {
      throw malformed("the URL's query is not percent-encoded rightly", "%XX", text);
    }
  }

  private static RefusedException malformed(String message, String wanted, String got) {
    return new RefusedException(
        ErrorCode.MALFORMED_PARAMETER, message, wanted, ApiError.excerpt(got));
  }
}
