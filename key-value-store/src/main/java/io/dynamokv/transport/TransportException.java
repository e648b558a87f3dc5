package io.dynamokv.transport;

/** The door could not be opened: nothing can be sent or received. The message says why. */
public final class TransportException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TransportException(String message, Throwable cause) {
    super(message, cause);
  }
}
