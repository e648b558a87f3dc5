package io.dynamokv.resources;

import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where mistakes of this program end: the whole truth goes into the log, and an id, by which it can
 * be found there, to the client. Thread-safe if its source of ids is.
 */
public final class UnexpectedErrors {
  private static final Logger LOG = LoggerFactory.getLogger(UnexpectedErrors.class);

  private final Supplier<String> ids;

  public UnexpectedErrors(Supplier<String> ids) {
    this.ids = ids;
  }

  /** Logs an error and says what the client may know of it. */
  public ApiError report(String requestId, @Nullable Throwable cause) {
    String id = ids.get();
    LOG.error("Unexpected error {} in request {}", id, requestId, cause);
    return new ApiError(
        ErrorCode.INTERNAL_ERROR,
        "an unexpected error; the node's log has more under the id " + id,
        null,
        null,
        id);
  }
}
