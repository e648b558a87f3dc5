package io.dynamokv.resources.server;

import io.dynamokv.api.ApiError;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request of which not all has been read. The answer is sent at once, and the connection
 * is closed, because what follows on it can not be understood. Before that, what the client still
 * sends is read and thrown away for a while: a connection that is closed while the other side sends
 * is reset, and a client that sends all before it reads would never see the answer.
 *
 * <p>Not thread-safe: the server calls it from one thread at a time.
 */
final class Refusal implements Invocable.Task {
  private static final long LINGER_MS = 5_000;

  /** How much is read at a time by the thread that all connections wait for. */
  private static final int CHUNKS_AT_A_TIME = 32;

  private final EdgeRequest request;
  private Scheduler.@Nullable Task deadline;

  private Refusal(EdgeRequest request) {
    this.request = request;
  }

  /** Sends the answer and ends the request. */
  static void send(EdgeRequest request, Response response, ApiError error) {
    if (!request.hasBody()) {
      ErrorAnswers.send(request, response, error, request);
      return;
    }
    response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
    Refusal refusal = new Refusal(request);
    boolean waits = request.getHeaders().contains(HttpHeader.EXPECT);
    Callback sent =
        Callback.from(
            InvocationType.NON_BLOCKING,
            waits ? request::succeeded : refusal::linger,
            request::failed);
    ErrorAnswers.send(request, response, error, sent);
  }

  private void linger() {
    deadline =
        request
            .getComponents()
            .getScheduler()
            .schedule(this::giveUp, LINGER_MS, TimeUnit.MILLISECONDS);
    run();
  }

  private void giveUp() {
    request.fail(new TimeoutException("the client went on sending"));
  }

  @Override
  public void run() {
    for (int i = 0; i < CHUNKS_AT_A_TIME; i++) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      boolean over = chunk.isLast() || Content.Chunk.isFailure(chunk);
      chunk.release();
      if (over) {
        if (deadline != null) {
          deadline.cancel();
        }
        request.succeeded();
        return;
      }
    }
    request.executor().execute(this);
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }
}
