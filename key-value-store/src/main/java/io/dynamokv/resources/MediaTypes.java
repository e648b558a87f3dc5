package io.dynamokv.resources;

import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import io.dynamokv.api.RefusedException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which bodies are read. Stateless. */
final class MediaTypes {
  static final String JSON = "application/json";

  private static final String UTF_8 = "utf-8";

  private MediaTypes() {}

  /** Refuses a body that is not declared as JSON, or as JSON in another encoding than UTF-8. */
  static void requireJson(@Nullable String contentType) {
    if (JSON.equals(contentType)) {
      return;
    }
    if (contentType == null || !isJsonInUtf8(contentType)) {
      throw new RefusedException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "the body must be declared as JSON by the header Content-Type",
          JSON,
          contentType == null ? "no Content-Type" : ApiError.excerpt(contentType));
    }
  }

  private static boolean isJsonInUtf8(String contentType) {
    String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
    if (!parts[0].strip().equals(JSON)) {
      return false;
    }
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().replace("\"", "");
      if (parameter.startsWith("charset=") && !parameter.equals("charset=" + UTF_8)) {
        return false;
      }
    }
    return true;
  }
}
