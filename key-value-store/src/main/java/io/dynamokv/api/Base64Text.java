package io.dynamokv.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Bytes as text, RFC 4648. Strict: nothing but the alphabet, padding where it belongs, and no bits
 * set that stand for no byte, so that no two texts of one form mean the same bytes. Stateless.
 */
public final class Base64Text {
  private static final String STANDARD =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  private Base64Text() {}

  /** The text of some bytes: the standard alphabet, with padding. */
  public static byte[] encode(byte[] bytes) {
    return Base64.getEncoder().encode(bytes);
  }

  /** The text for a URL: the URL-safe alphabet, without padding. */
  public static String encodeForUrl(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * The bytes of a text in the standard alphabet with padding.
   *
   * @param text holds the text, in ASCII, from {@code start} to before {@code end}; not changed
   * @throws IllegalArgumentException if it is not such a text; the message says why
   */
  public static byte[] decode(byte[] text, int start, int end) {
    if ((end - start) % 4 != 0) {
      throw new IllegalArgumentException("its length is not a multiple of 4");
    }
    ByteBuffer decoded = Base64.getDecoder().decode(ByteBuffer.wrap(text, start, end - start));
    byte[] bytes = decoded.array();
    if (bytes.length != decoded.remaining()) {
      throw new IllegalArgumentException("its padding is wrong");
    }
    requireNoStrayBits(bytes, text, end);
    return bytes;
  }

  /**
   * The bytes of a text in the standard or the URL-safe alphabet, padded or not.
   *
   * @throws IllegalArgumentException if it is not such a text; the message says why
   */
  public static byte[] decodeFromUrl(String text) {
    String standard = text.replace('-', '+').replace('_', '/');
    int missing = standard.endsWith("=") ? 0 : (4 - standard.length() % 4) % 4;
    if (missing == 3) {
      throw new IllegalArgumentException("its length is not that of any bytes");
    }
    byte[] padded = (standard + "=".repeat(missing)).getBytes(StandardCharsets.UTF_8);
    return decode(padded, 0, padded.length);
  }

  /** The last character before the padding stands for bits of the last byte, and for zeros. */
  private static void requireNoStrayBits(byte[] bytes, byte[] text, int end) {
    int rest = bytes.length % 3;
    if (rest == 0) {
      return;
    }
    int last = bytes[bytes.length - 1];
    int position = rest == 1 ? end - 3 : end - 2;
    int sextet = rest == 1 ? (last & 0x3) << 4 : (last & 0xf) << 2;
    if (text[position] != STANDARD.charAt(sextet)) {
      throw new IllegalArgumentException("its last character has bits that belong to no byte");
    }
  }
}
