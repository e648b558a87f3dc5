package io.dynamokv.resources;

import io.dynamokv.api.Answers;
import io.dynamokv.api.ApiError;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Answers with JSON that is already bytes. Stateless. */
public final class Responses {
  private static final int RETRY_AFTER_SECONDS = 1;

  private Responses() {}

  /** Success. */
  public static Response ok(byte[] json) {
    return json(200, json).build();
  }

  /**
   * An error.
   *
   * @param isWrite whether the answer says {@code "success":false}
   */
  public static Response error(ApiError error, boolean isWrite) {
    Response.ResponseBuilder response = json(error.code().status(), Answers.error(error, isWrite));
    if (error.code().isPassing()) {
      response.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    return response.build();
  }

  /** An answer whose length is known before it is written, however long it is. */
  private static Response.ResponseBuilder json(int status, byte[] json) {
    return Response.status(status)
        .entity(json)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .header(HttpHeaders.CONTENT_LENGTH, json.length);
  }
}
