package io.dynamokv.api;

/** The rules that requests in a body and requests in a URL share. Stateless. */
final class Checks {
  private static final int MAX_DIGITS = 9;

  private Checks() {}

  static byte[] key(byte[] key, Limits limits) {
    if (key.length == 0) {
      throw new RefusedException(
          ErrorCode.EMPTY_KEY, "a key has at least one byte", "at least 1 byte", "0 bytes");
    }
    if (key.length > limits.maxKeyBytes()) {
      throw tooLarge(ErrorCode.KEY_TOO_LARGE, "key", limits.maxKeyBytes(), key.length);
    }
    return key;
  }

  static byte[] value(byte[] value, Limits limits) {
    if (value.length > limits.maxValueBytes()) {
      throw tooLarge(ErrorCode.VALUE_TOO_LARGE, "value", limits.maxValueBytes(), value.length);
    }
    return value;
  }

  /** Refuses by the length of the text what would be far too large, before it is decoded. */
  static void encodedLength(boolean isKey, int characters, Limits limits) {
    int max = isKey ? limits.maxKeyBytes() : limits.maxValueBytes();
    int least = characters / 4 * 3 - 2;
    if (least > max) {
      throw isKey
          ? tooLarge(ErrorCode.KEY_TOO_LARGE, "key", max, least)
          : tooLarge(ErrorCode.VALUE_TOO_LARGE, "value", max, least);
    }
  }

  static RefusedException malformedBase64(
      String name, IllegalArgumentException reason, String wanted, String got) {
    return new RefusedException(
        ErrorCode.MALFORMED_BASE64,
        "the " + name + " is not Base64: " + reason.getMessage(),
        wanted,
        ApiError.excerpt(got));
  }

  /** A number of replicas, which is never lowered to what there is. */
  static Integer replicas(String name, String digits, Limits limits) {
    int number = digits.length() > MAX_DIGITS ? -1 : Integer.parseInt(digits);
    if (number < 1 || number > limits.replicas()) {
      throw new RefusedException(
          ErrorCode.OUT_OF_RANGE,
          name + " must be between 1 and the number of replicas, " + limits.replicas(),
          "1.." + limits.replicas(),
          number == -1 ? ApiError.excerpt(digits) : (Object) number);
    }
    return number;
  }

  private static RefusedException tooLarge(ErrorCode code, String name, int max, int bytes) {
    return new RefusedException(
        code, "the " + name + " is longer than " + max + " bytes", max, bytes);
  }
}
