package io.dynamokv.api;

/**
 * Percent-encoding, RFC 3986, of texts that should be ASCII in the end. A plus sign is a plus sign.
 * Stateless.
 */
public final class PercentText {
  private PercentText() {}

  /**
   * Replaces each {@code %XX} by the character with that code, 0 to 255.
   *
   * @throws IllegalArgumentException if two hexadecimal digits do not follow a percent sign
   */
  public static String decode(String text) {
    int percent = text.indexOf('%');
    if (percent < 0) {
      return text;
    }
    StringBuilder decoded = new StringBuilder(text.length()).append(text, 0, percent);
    int i = percent;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '%') {
        decoded.append((char) (digit(text, i + 1) << 4 | digit(text, i + 2)));
        i += 3;
      } else {
        decoded.append(c);
        i++;
      }
    }
    return decoded.toString();
  }

  private static int digit(String text, int index) {
    int digit = index < text.length() ? hex(text.charAt(index)) : -1;
    if (digit < 0) {
      throw new IllegalArgumentException("a percent sign without two hexadecimal digits");
    }
    return digit;
  }

  private static int hex(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }
}
