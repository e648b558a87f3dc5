package io.dynamokv.version;

/** Bytes that should be a key's state, or a string that should be a version, are not. */
public final class MalformedStateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedStateException(String message) {
    super(message);
  }

  public MalformedStateException(String message, Throwable cause) {
    super(message, cause);
  }
}
