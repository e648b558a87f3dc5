package io.dynamokv.resources.server;

import io.dynamokv.resources.Incoming;
import io.dynamokv.resources.IncomingProvider;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;

/**
 * A request with what the edge adds to it: its id, its body, and the memory it holds of the
 * budgets, which it gives back when it is over, however it ends. Resources find it as the attribute
 * {@link #ATTRIBUTE}. Thread-safe after it has been handed on.
 */
final class EdgeRequest extends Request.Wrapper implements Incoming, Callback {
  static final String ATTRIBUTE = IncomingProvider.ATTRIBUTE;

  /** Where the id of a request is found that has failed. */
  static final String ID_ATTRIBUTE = "io.dynamokv.requestId";

  private static final String JSON = "application/json";
  private static final byte[] NOTHING = {};

  private final String id;
  private final Response response;
  private final Callback callback;
  private final RequestMetrics metrics;
  private final Reservation forBody;
  private final Reservation forAnswer;
  private final @Nullable String contentType;
  private final HttpFields headers;
  private HttpURI uri;
  private volatile byte[] body = NOTHING;
  private volatile boolean over;
  private volatile @Nullable Thread endedBy;

  EdgeRequest(
      Request wrapped,
      Response response,
      Callback callback,
      String id,
      RequestMetrics metrics,
      ByteBudget bodies,
      ByteBudget answers) {
    super(wrapped);
    this.response = response;
    this.callback = callback;
    this.id = id;
    this.metrics = metrics;
    this.forBody = new Reservation(bodies);
    this.forAnswer = new Reservation(answers);
    this.uri = wrapped.getHttpURI();
    this.contentType = wrapped.getHeaders().get(HttpHeader.CONTENT_TYPE);
    this.headers = forServlets(wrapped.getHeaders(), contentType);
  }

  /** What else a body may be declared as must not be looked at by anybody but the resource. */
  private static HttpFields forServlets(HttpFields headers, @Nullable String contentType) {
    return contentType == null || contentType.equals(JSON)
        ? headers
        : HttpFields.build(headers).remove(HttpHeader.CONTENT_TYPE).asImmutable();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public byte[] body() {
    return body;
  }

  /** Whether the client has announced a body. */
  boolean hasBody() {
    long length = getLength();
    return length > 0 || (length < 0 && getHeaders().contains(HttpHeader.TRANSFER_ENCODING));
  }

  void setBody(byte[] collected) {
    this.body = collected;
  }

  @Override
  public @Nullable String query() {
    return uri.getQuery();
  }

  @Override
  public @Nullable String contentType() {
    return contentType;
  }

  @Override
  public HttpFields getHeaders() {
    return headers;
  }

  @Override
  public HttpURI getHttpURI() {
    return uri;
  }

  /** Replaces the path by one that means the same and is not ambiguous. */
  void setPath(String path) {
    uri = HttpURI.build(uri).path(path).asImmutable();
  }

  boolean reserveBody(long bytes) {
    return forBody.tryTake(bytes);
  }

  @Override
  public boolean reserveAnswer(long bytes) {
    return forAnswer.tryTake(bytes);
  }

  long reservedForAnswer() {
    return forAnswer.heldBytes();
  }

  /** Whether the caller's own thread has ended the request. */
  boolean wasEndedHere() {
    return endedBy == Thread.currentThread();
  }

  @Override
  public boolean isOver() {
    return over;
  }

  @Override
  public Executor executor() {
    return getContext();
  }

  @Override
  public @Nullable Object getAttribute(String name) {
    return ATTRIBUTE.equals(name) ? this : super.getAttribute(name);
  }

  @Override
  public void succeeded() {
    end(response.getStatus());
    callback.succeeded();
  }

  @Override
  public void failed(Throwable failure) {
    end(500);
    // The server answers by itself now, and knows nothing of this object.
    setAttribute(ID_ATTRIBUTE, id);
    callback.failed(failure);
  }

  private void end(int status) {
    over = true;
    endedBy = Thread.currentThread();
    SlowHeads.expectNext(getConnectionMetaData());
    metrics.ended(getMethod(), status, NanoTime.since(getHeadersNanoTime()));
    forBody.end();
    forAnswer.end();
  }
}
