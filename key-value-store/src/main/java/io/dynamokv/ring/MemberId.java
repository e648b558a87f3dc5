package io.dynamokv.ring;

import java.util.regex.Pattern;

/** The name by which a cluster knows one of its nodes, such as {@code node-1}. Immutable. */
public record MemberId(String value) implements Comparable<MemberId> {
  /** The longest name, in characters. */
  public static final int MAX_LENGTH = 64;

  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]{1," + MAX_LENGTH + "}");

  /** A name that no node may have. */
  public static final MemberId NOBODY = new MemberId("-");

  /**
   * @throws IllegalArgumentException unless the name has 1 to {@value #MAX_LENGTH} letters, digits,
   *     dots, dashes or underscores
   */
  public MemberId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "a member's id has 1 to 64 letters, digits, dots, dashes or underscores: " + value);
    }
  }

  /** Whether a text can be a member's id. */
  public static boolean isValid(String text) {
    return ALLOWED.matcher(text).matches();
  }

  @Override
  public int compareTo(MemberId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
