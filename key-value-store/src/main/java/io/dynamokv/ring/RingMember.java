package io.dynamokv.ring;

/**
 * A member as the ring sees it. Immutable.
 *
 * @param id its name
 * @param rack what fails together with it, up to {@value #MAX_RACK_LENGTH} characters. All members
 *     with an empty rack count as one rack, so racks matter where there are at least two
 */
public record RingMember(MemberId id, String rack) {
  /** The longest rack name, in characters. */
  public static final int MAX_RACK_LENGTH = 64;

  /**
   * @throws IllegalArgumentException if the rack's name is too long
   */
  public RingMember {
    if (rack.length() > MAX_RACK_LENGTH) {
      throw new IllegalArgumentException(
          "a rack's name has at most " + MAX_RACK_LENGTH + " characters: " + rack.length());
    }
  }
}
