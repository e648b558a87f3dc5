package io.dynamokv.membership;

import java.util.Locale;

/** Where a member stands, as people are told. */
public enum MemberState {
  /** It holds nothing yet, and is being filled. */
  JOINING,
  UP,
  /** It hands over what it holds. */
  LEAVING,
  /** It can not be reached. */
  DOWN;

  /** As it is written in answers. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
