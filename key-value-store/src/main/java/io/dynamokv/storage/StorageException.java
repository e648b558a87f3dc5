package io.dynamokv.storage;

/** The medium failed: what was asked was not done, or can not be known to have been done. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean nothingDone;

  public StorageException(String message) {
    super(message);
    this.nothingDone = false;
  }

  public StorageException(String message, Throwable cause) {
    super(message, cause);
    this.nothingDone = false;
  }

  private StorageException(String message, boolean nothingDone) {
    super(message);
    this.nothingDone = nothingDone;
  }

  private StorageException(String message, Throwable cause, boolean nothingDone) {
    super(message, cause);
    this.nothingDone = nothingDone;
  }

  /** For what was certainly not done. */
  public static StorageException refusal(String message) {
    return new StorageException(message, true);
  }

  /** For what was certainly not done. */
  public static StorageException refusal(String message, Throwable cause) {
    return new StorageException(message, cause, true);
  }

  /** Whether it is certain that nothing of what was asked was done, nor ever will be. */
  public boolean isRefusal() {
    return nothingDone;
  }
}
