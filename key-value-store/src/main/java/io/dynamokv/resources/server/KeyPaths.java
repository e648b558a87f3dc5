package io.dynamokv.resources.server;

import io.dynamokv.api.PercentText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes paths that end in a key plain. Base64 may hold slashes, so the same key can come as {@code
 * a/b}, {@code a%2Fb} or {@code a_b}, and two slashes in a row are two characters of a key, not an
 * empty segment. Everything behind this sees the URL-safe form only. Stateless.
 */
final class KeyPaths {
  private static final List<String> PREFIXES = List.of("/storage/", "/cluster/preference-list/");

  private KeyPaths() {}

  /**
   * The plain form of a path, which is the path itself if it holds no key, or a plain one.
   *
   * @return null if a key in the path has characters that are not in either alphabet
   */
  static @Nullable String plain(String path) {
    for (String prefix : PREFIXES) {
      if (path.startsWith(prefix)) {
        return plainKey(path, prefix.length());
      }
    }
    return path;
  }

  private static @Nullable String plainKey(String path, int start) {
    if (isPlain(path, start)) {
      return path;
    }
    String key;
    try {
      key = PercentText.decode(path.substring(start)).replace('+', '-').replace('/', '_');
    } catch (IllegalArgumentException e) {
      return null;
    }
    return isPlain(key, 0) ? path.substring(0, start) + key : null;
  }

  private static boolean isPlain(String text, int start) {
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letterOrDigit = c < 0x80 && Character.isLetterOrDigit(c);
      if (!letterOrDigit && c != '-' && c != '_' && c != '=') {
        return false;
      }
    }
    return true;
  }
}
