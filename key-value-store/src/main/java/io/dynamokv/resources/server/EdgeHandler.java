package io.dynamokv.resources.server;

import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Attributes;
import org.eclipse.jetty.util.Callback;
import org.slf4j.MDC;

/**
 * What happens to every request before a servlet sees it: it gets its id, a key in its path takes
 * its plain form, and its body is collected. Reads and writes of keys are handled on the thread
 * that has read the request, all else on one of the server's other threads. Thread-safe.
 */
final class EdgeHandler extends DispatchingHandler {
  private static final String BRIEF_PATHS = "/storage";

  /** Longer bodies take too long to read for the thread that all connections wait for. */
  private static final int BRIEF_BODY_BYTES = 16 * 1024;

  /** Marks a connection whose last request was over when it had been handled. */
  private static final String ANSWERED_AT_ONCE = EdgeHandler.class.getName() + ".answered-at-once";

  private static final String MDC_KEY = "requestId";

  private final RequestIds ids;
  private final int maxBodyBytes;
  private final long transferTimeoutMs;
  private final RequestMetrics metrics;
  private final ByteBudget bodies;
  private final ByteBudget answers;
  private final EdgeThreadPool threads;

  EdgeHandler(
      Handler next,
      EdgeThreadPool threads,
      RequestIds ids,
      int maxBodyBytes,
      long transferTimeoutMs,
      RequestMetrics metrics,
      ByteBudget bodies,
      ByteBudget answers) {
    super(next);
    this.threads = threads;
    this.ids = ids;
    this.maxBodyBytes = maxBodyBytes;
    this.transferTimeoutMs = transferTimeoutMs;
    this.metrics = metrics;
    this.bodies = bodies;
    this.answers = answers;
  }

  @Override
  boolean isBrief(Request request) {
    String path = request.getHttpURI().getPath();
    return path != null
        && path.startsWith(BRIEF_PATHS)
        && !threads.isBorrowed()
        && !wasAnsweredAtOnce(request);
  }

  /**
   * A client that sends one request after another, each of which is answered at once, would keep
   * the thread for itself: the server goes on with the next as long as the one before is over.
   */
  private static boolean wasAnsweredAtOnce(Request request) {
    Attributes connection = request.getConnectionMetaData();
    return connection.getAttribute(ANSWERED_AT_ONCE) != null
        && connection.removeAttribute(ANSWERED_AT_ONCE) != null;
  }

  @Override
  boolean handleNow(Request request, Response response, Callback callback) {
    SlowHeads.arrived(request.getConnectionMetaData());
    String id = ids.chosenOrNew(request.getHeaders().get(RequestIds.HEADER));
    response.getHeaders().put(RequestIds.HEADER, id);
    EdgeRequest edge = new EdgeRequest(request, response, callback, id, metrics, bodies, answers);
    begin(edge, response);
    if (edge.wasEndedHere()) {
      request.getConnectionMetaData().setAttribute(ANSWERED_AT_ONCE, true);
    }
    return true;
  }

  private void begin(EdgeRequest edge, Response response) {
    String path = edge.getHttpURI().getPath();
    String plain = path == null ? null : KeyPaths.plain(path);
    if (path != null && plain == null) {
      Refusal.send(edge, response, malformedKey(path));
      return;
    }
    if (plain != null && !plain.equals(path)) {
      edge.setPath(plain);
    }
    BodyCollector body = edge.hasBody() ? collector(edge, response) : null;
    if (body != null && !body.collectNow()) {
      return;
    }
    if (edge.body().length > BRIEF_BODY_BYTES) {
      edge.executor().execute(() -> proceed(edge, response));
    } else {
      proceed(edge, response);
    }
  }

  private BodyCollector collector(EdgeRequest edge, Response response) {
    return new BodyCollector(
        edge, response, maxBodyBytes, transferTimeoutMs, () -> proceed(edge, response));
  }

  private void proceed(EdgeRequest edge, Response response) {
    BehindResponse behind = new BehindResponse(edge, response, transferTimeoutMs);
    edge.addIdleTimeoutListener(behind::onIdle);
    MDC.put(MDC_KEY, edge.id());
    try {
      if (!super.handleNow(edge, behind, behind)) {
        Response.writeError(edge, behind, behind, 404);
      }
    } catch (Throwable failure) {
      // Whatever it is, it must not take the connection's thread with it.
      Response.writeError(edge, behind, behind, failure);
    } finally {
      MDC.remove(MDC_KEY);
    }
  }

  private static ApiError malformedKey(String path) {
    return new ApiError(
        ErrorCode.MALFORMED_BASE64,
        "the key in the URL has characters that are not Base64",
        "Base64, standard or URL-safe",
        ApiError.excerpt(path));
  }
}
