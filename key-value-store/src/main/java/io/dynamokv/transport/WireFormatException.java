package io.dynamokv.transport;

/**
 * Bytes that are not an envelope, or something beyond a limit of the wire. The message says what.
 */
public final class WireFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  public WireFormatException(String message) {
    super(message);
  }

  public WireFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
