package io.dynamokv.resources.server;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Names requests. Thread-safe if its random source is. */
final class RequestIds {
  static final String HEADER = "X-Request-Id";

  private static final int MAX_LENGTH = 64;
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final LongSupplier random;

  RequestIds(LongSupplier random) {
    this.random = random;
  }

  /** The id that a client has chosen, if it can be shown in logs as it is, or a new one. */
  String chosenOrNew(@Nullable String chosen) {
    return chosen != null && isAcceptable(chosen) ? chosen : next();
  }

  /** 16 hexadecimal digits. They need to differ, not to be secret. */
  String next() {
    long bits = random.getAsLong();
    char[] digits = new char[16];
    for (int i = digits.length - 1; i >= 0; i--) {
      digits[i] = HEX[(int) (bits & 0xf)];
      bits >>>= 4;
    }
    return new String(digits);
  }

  private static boolean isAcceptable(String id) {
    if (id.isEmpty() || id.length() > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean letterOrDigit = c < 0x80 && Character.isLetterOrDigit(c);
      if (!letterOrDigit && c != '.' && c != '_' && c != '-') {
        return false;
      }
    }
    return true;
  }
}
