package io.dynamokv.membership;

/** What is to become of a member. */
public enum Standing {
  /** It is to hold its share. */
  IN,
  /** It is to hand over what it holds. */
  LEAVING,
  /** It has left, or somebody has said that it will not come back. */
  REMOVED
}
