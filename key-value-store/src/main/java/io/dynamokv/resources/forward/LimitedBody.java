package io.dynamokv.resources.forward;

import io.dynamokv.resources.Incoming;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Collects another node's answer, as long as there is memory for it. Nodes declare the length of
 * every answer; one that does not, or sends more, is not believed. Not thread-safe; called as
 * {@link Flow} says.
 */
final class LimitedBody implements HttpResponse.BodySubscriber<byte[]> {
  private static final int FREE_BYTES = 16 * 1024;

  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final byte @Nullable [] bytes;
  private int length;

  LimitedBody(HttpResponse.ResponseInfo answer, Incoming incoming) {
    long announced = answer.headers().firstValueAsLong("Content-Length").orElse(FREE_BYTES);
    boolean isHeld = announced <= FREE_BYTES || incoming.reserveAnswer(announced);
    this.bytes = isHeld && announced <= Integer.MAX_VALUE - 8 ? new byte[(int) announced] : null;
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    if (bytes == null) {
      subscription.cancel();
      body.completeExceptionally(new TooLargeException());
    } else {
      subscription.request(Long.MAX_VALUE);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (bytes == null) {
      return;
    }
    for (ByteBuffer buffer : buffers) {
      int added = buffer.remaining();
      if (added > bytes.length - length) {
        body.completeExceptionally(new TooLargeException());
        return;
      }
      buffer.get(bytes, length, added);
      length += added;
    }
  }

  @Override
  public void onError(Throwable failure) {
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    if (bytes != null) {
      body.complete(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
    }
  }

  /** There is no memory for the answer. */
  static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    TooLargeException() {
      super("no memory for the answer");
    }
  }
}
