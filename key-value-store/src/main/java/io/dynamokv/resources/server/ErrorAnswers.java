package io.dynamokv.resources.server;

import io.dynamokv.api.Answers;
import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Sends errors that arise outside the resources. Stateless. */
final class ErrorAnswers {
  private static final HttpField JSON =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");
  private static final HttpField RETRY_AFTER = new PreEncodedHttpField(HttpHeader.RETRY_AFTER, "1");
  private static final Map<Integer, ErrorCode> BY_STATUS =
      Map.ofEntries(
          Map.entry(404, ErrorCode.NOT_FOUND),
          Map.entry(405, ErrorCode.METHOD_NOT_ALLOWED),
          Map.entry(408, ErrorCode.BODY_TIMEOUT),
          Map.entry(413, ErrorCode.BODY_TOO_LARGE),
          Map.entry(414, ErrorCode.URI_TOO_LONG),
          Map.entry(415, ErrorCode.UNSUPPORTED_MEDIA_TYPE),
          Map.entry(417, ErrorCode.EXPECTATION_FAILED),
          Map.entry(431, ErrorCode.HEADERS_TOO_LARGE),
          Map.entry(501, ErrorCode.NOT_IMPLEMENTED),
          Map.entry(503, ErrorCode.SHUTTING_DOWN),
          Map.entry(505, ErrorCode.HTTP_VERSION_NOT_SUPPORTED));

  private ErrorAnswers() {}

  /** The code for a status that the server has chosen by itself. */
  static ErrorCode codeOf(int status) {
    ErrorCode code = BY_STATUS.get(status);
    if (code != null) {
      return code;
    }
    return status < 500 ? ErrorCode.MALFORMED_REQUEST : ErrorCode.INTERNAL_ERROR;
  }

  /** Whether errors in answer to a method say {@code "success":false}. */
  static boolean isWrite(String method) {
    return "PUT".equals(method) || "DELETE".equals(method);
  }

  /** Sends an error as the whole answer. */
  static void send(Request request, Response response, ApiError error, Callback sent) {
    byte[] body = Answers.error(error, isWrite(request.getMethod()));
    HttpFields.Mutable headers = response.getHeaders();
    response.setStatus(error.code().status());
    headers.put(JSON);
    headers.put(HttpHeader.CONTENT_LENGTH, body.length);
    if (error.code().isPassing()) {
      headers.put(RETRY_AFTER);
    }
    response.write(true, ByteBuffer.wrap(body), sent);
  }
}
