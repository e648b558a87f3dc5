package io.dynamokv.resources;

import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import io.dynamokv.api.RefusedException;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import org.glassfish.jersey.server.ContainerRequest;

/** Answers requests that ended in an exception. Thread-safe. */
public final class ErrorMapper implements ExceptionMapper<Throwable> {
  private final UnexpectedErrors unexpected;

  @Inject private Provider<ContainerRequest> requests;

  @SuppressWarnings("NullAway.Init") // the requests are injected
  public ErrorMapper(UnexpectedErrors unexpected) {
    this.unexpected = unexpected;
  }

  @Override
  public Response toResponse(Throwable cause) {
    ContainerRequest request = requests.get();
    boolean isWrite = "PUT".equals(request.getMethod()) || "DELETE".equals(request.getMethod());
    if (cause instanceof RefusedException refused) {
      return Responses.error(refused.error(), isWrite);
    } else if (cause instanceof NotAllowedException notAllowed) {
      return notAllowed(notAllowed, request, isWrite);
    } else if (cause instanceof NotFoundException) {
      return Responses.error(notFound(request), isWrite);
    } else if (cause instanceof WebApplicationException web
        && web.getResponse().getStatus() < 500) {
      return Responses.error(malformed(web), isWrite);
    }
    return Responses.error(unexpected.report(requestId(request), cause), isWrite);
  }

  private static Response notAllowed(
      NotAllowedException cause, ContainerRequest request, boolean isWrite) {
    String allowed = cause.getResponse().getHeaderString(HttpHeaders.ALLOW);
    ApiError error =
        new ApiError(
            ErrorCode.METHOD_NOT_ALLOWED,
            "this path can not be used with this method",
            allowed,
            ApiError.excerpt(request.getMethod()));
    return Response.fromResponse(Responses.error(error, isWrite))
        .header(HttpHeaders.ALLOW, allowed)
        .build();
  }

  private static ApiError notFound(ContainerRequest request) {
    return new ApiError(
        ErrorCode.NOT_FOUND,
        "there is nothing at this path",
        null,
        ApiError.excerpt("/" + request.getUriInfo().getPath(false)));
  }

  private static ApiError malformed(WebApplicationException cause) {
    return new ApiError(
        ErrorCode.MALFORMED_REQUEST,
        "the request can not be understood: "
            + ApiError.excerpt(
                String.valueOf(cause.getResponse().getStatusInfo().getReasonPhrase())));
  }

  private static String requestId(ContainerRequest request) {
    return request.getProperty(IncomingProvider.ATTRIBUTE) instanceof Incoming incoming
        ? incoming.id()
        : "unknown";
  }
}
