package io.dynamokv.api;

import org.jspecify.annotations.Nullable;

/**
 * What an error answer says. Immutable.
 *
 * @param message one sentence for people
 * @param wanted what was asked for or would have been right: a number, a string, or null
 * @param got what there was instead: a number, a string, or null
 * @param id names the entry in the log that tells more, or null
 */
public record ApiError(
    ErrorCode code,
    String message,
    @Nullable Object wanted,
    @Nullable Object got,
    @Nullable String id) {
  private static final int MAX_EXCERPT_LENGTH = 64;

  public ApiError(ErrorCode code, String message) {
    this(code, message, null, null, null);
  }

  public ApiError(ErrorCode code, String message, @Nullable Object wanted, @Nullable Object got) {
    this(code, message, wanted, got, null);
  }

  /**
   * What can be shown of a text that came from outside: its beginning, with everything that is not
   * printable ASCII replaced, since it may be anything at all.
   */
  public static String excerpt(String text) {
    int shown = Math.min(text.length(), MAX_EXCERPT_LENGTH);
    StringBuilder excerpt = new StringBuilder(shown + 3);
    for (int i = 0; i < shown; i++) {
      char c = text.charAt(i);
      excerpt.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return shown < text.length() ? excerpt.append("...").toString() : excerpt.toString();
  }
}
