package io.dynamokv.membership;

/** What a member can be asked for; a node may be able to do the one and not the other. */
public enum Work {
  READ,
  WRITE
}
