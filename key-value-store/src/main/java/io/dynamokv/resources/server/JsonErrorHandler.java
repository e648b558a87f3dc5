package io.dynamokv.resources.server;

import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import io.dynamokv.resources.UnexpectedErrors;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Makes the errors that the HTTP server finds by itself look like all others: bad request lines,
 * headers that are too long, and whatever goes wrong in the server or in a servlet. Nothing of an
 * unexpected error leaves the process but an id that the log has too. Thread-safe.
 */
final class JsonErrorHandler extends ErrorHandler {
  private final RequestIds ids;
  private final UnexpectedErrors unexpected;

  JsonErrorHandler(RequestIds ids, UnexpectedErrors unexpected) {
    this.ids = ids;
    this.unexpected = unexpected;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String id = requestId(request);
    response.getHeaders().put(RequestIds.HEADER, id);
    Throwable cause = (Throwable) request.getAttribute(ERROR_EXCEPTION);
    ErrorCode code = code(response, cause);
    ApiError error =
        code == ErrorCode.INTERNAL_ERROR
            ? unexpected.report(id, cause)
            : new ApiError(code, message(code, request, cause));
    if (code == ErrorCode.TIMED_OUT) {
      // A servlet still waits on this connection; it must not meet the next request.
      response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
    }
    ErrorAnswers.send(request, response, error, callback);
    return true;
  }

  private static ErrorCode code(Response response, @Nullable Throwable cause) {
    if (cause instanceof TimeoutException) {
      return ErrorCode.TIMED_OUT;
    } else if (cause instanceof EofException) {
      return ErrorCode.MALFORMED_REQUEST; // The client has gone, and nobody reads this.
    }
    int status = cause instanceof HttpException http ? http.getCode() : response.getStatus();
    return ErrorAnswers.codeOf(status);
  }

  private String requestId(Request request) {
    EdgeRequest edge = Request.as(request, EdgeRequest.class);
    return edge != null ? edge.id() : ids.chosenOrNew(request.getHeaders().get(RequestIds.HEADER));
  }

  private static String message(ErrorCode code, Request request, @Nullable Throwable cause) {
    return switch (code) {
      case NOT_FOUND -> "there is nothing at this path";
      case URI_TOO_LONG -> "the URL is too long";
      case HEADERS_TOO_LARGE -> "the request's headers are too long";
      case TIMED_OUT -> "the node has not answered; a write may or may not have happened";
      case SHUTTING_DOWN -> "this node is stopping";
      default -> "the request can not be understood: " + reason(request, cause);
    };
  }

  private static String reason(Request request, @Nullable Throwable cause) {
    String reason =
        cause instanceof HttpException http
            ? http.getReason()
            : (String) request.getAttribute(ERROR_MESSAGE);
    return reason == null ? "no reason known" : ApiError.excerpt(reason);
  }
}
