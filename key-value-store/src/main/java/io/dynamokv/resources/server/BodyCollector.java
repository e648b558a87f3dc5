package io.dynamokv.resources.server;

import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Collects the body of one request as it arrives, without a thread waiting for it. Not thread-safe:
 * the server calls it from one thread at a time.
 *
 * <p>Memory is taken from the budget for what has arrived, not for what was announced, so that a
 * client that promises much and sends nothing keeps nobody else out.
 */
final class BodyCollector implements Invocable.Task {
  private static final int FIRST_BYTES = 8 * 1024;
  private static final byte[] NOTHING = {};

  private final EdgeRequest request;
  private final Response response;
  private final int maxBytes;
  private final long timeoutMs;
  private final Runnable next;
  private byte[] collected = NOTHING;
  private int length;
  private Scheduler.@Nullable Task deadline;

  /**
   * @param next called when the body is whole; not called if the request is refused
   */
  BodyCollector(
      EdgeRequest request, Response response, int maxBytes, long timeoutMs, Runnable next) {
    this.request = request;
    this.response = response;
    this.maxBytes = maxBytes;
    this.timeoutMs = timeoutMs;
    this.next = next;
  }

  /**
   * Takes what is there.
   *
   * @return true if that is all; {@code next} is then not called
   */
  boolean collectNow() {
    if (request.getLength() > maxBytes) {
      refuse(tooLarge(request.getLength()));
      return false;
    }
    return collect();
  }

  /** Called when more has arrived, or none will. */
  @Override
  public void run() {
    if (collect()) {
      request.executor().execute(next);
    }
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  private boolean collect() {
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        waitForMore();
        return false;
      }
      if (Content.Chunk.isFailure(chunk)) {
        refuse(failed(chunk.getFailure()));
        return false;
      }
      ApiError refusal = take(chunk.getByteBuffer());
      boolean last = chunk.isLast();
      chunk.release();
      if (refusal != null) {
        refuse(refusal);
        return false;
      }
      if (last) {
        finish();
        return true;
      }
    }
  }

  private void waitForMore() {
    if (deadline == null) {
      deadline =
          request
              .getComponents()
              .getScheduler()
              .schedule(this::giveUp, timeoutMs, TimeUnit.MILLISECONDS);
    }
    request.demand(this);
  }

  private void giveUp() {
    request.fail(new TimeoutException("the body did not arrive in time"));
  }

  private @Nullable ApiError take(ByteBuffer content) {
    int added = content.remaining();
    if (added == 0) {
      return null;
    }
    if (added > maxBytes - length) {
      return tooLarge((long) length + added);
    }
    if (added > collected.length - length && !grow(length + added)) {
      return new ApiError(
          ErrorCode.OVERLOADED, "too many bytes of other requests are held at this node already");
    }
    content.get(collected, length, added);
    length += added;
    return null;
  }

  /** Doubles, up to what was announced, so that every byte is copied about once more at most. */
  private boolean grow(int needed) {
    long announced = request.getLength();
    long wished = Math.max(needed, Math.max(2L * collected.length, FIRST_BYTES));
    int capacity = (int) Math.min(wished, announced >= needed ? announced : maxBytes);
    if (!request.reserveBody(capacity - collected.length)) {
      return false;
    }
    collected = Arrays.copyOf(collected, capacity);
    return true;
  }

  private void finish() {
    cancelDeadline();
    request.setBody(length == collected.length ? collected : Arrays.copyOf(collected, length));
  }

  private void refuse(ApiError error) {
    cancelDeadline();
    Refusal.send(request, response, error);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel();
    }
  }

  private ApiError tooLarge(long bytes) {
    return new ApiError(
        ErrorCode.BODY_TOO_LARGE,
        "the body has more bytes than a request with the largest key and value, in Base64, can have",
        maxBytes,
        bytes);
  }

  private static ApiError failed(Throwable cause) {
    if (cause instanceof TimeoutException) {
      return new ApiError(ErrorCode.BODY_TIMEOUT, "the body did not arrive in time");
    }
    String reason = cause instanceof HttpException http ? http.getReason() : null;
    return new ApiError(
        ErrorCode.MALFORMED_REQUEST,
        "the body did not arrive: "
            + (reason == null ? "the connection failed" : ApiError.excerpt(reason)));
  }
}
