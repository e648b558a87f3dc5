package io.dynamokv.coordination;

/** Why a replica did not do what it was asked. */
public enum Failure {
  /** No link to it stands, or it has shown no sign of life. */
  UNREACHABLE,
  /** It does not hold the key, or not any more. */
  NOT_A_HOLDER,
  /** Its disk is full or failing. */
  STORAGE_FAILED,
  /** Too much is queued there already. */
  OVERLOADED,
  /** The key would have more siblings than the limit. */
  TOO_MANY_SIBLINGS,
  /** It did not understand the request. */
  MALFORMED;

  /** Whether the replica may do it another time. */
  public boolean isPassing() {
    return switch (this) {
      case UNREACHABLE, NOT_A_HOLDER, STORAGE_FAILED, OVERLOADED -> true;
      case TOO_MANY_SIBLINGS, MALFORMED -> false;
    };
  }
}
