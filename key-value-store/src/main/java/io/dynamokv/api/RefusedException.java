package io.dynamokv.api;

import org.jspecify.annotations.Nullable;

/**
 * A request that is answered with an error. It carries the answer and no stack trace, because it
 * says something about the request, not about this program.
 */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ApiError error;

  public RefusedException(ApiError error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  public RefusedException(
      ErrorCode code, String message, @Nullable Object wanted, @Nullable Object got) {
    this(new ApiError(code, message, wanted, got));
  }

  public ApiError error() {
    return error;
  }
}
