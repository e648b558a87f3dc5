package io.dynamokv.resources.forward;

import com.codahale.metrics.Meter;
import io.dynamokv.api.ApiError;
import io.dynamokv.api.ErrorCode;
import io.dynamokv.membership.Member;
import io.dynamokv.resources.Incoming;
import io.dynamokv.resources.Responses;
import io.dynamokv.resources.Urls;
import io.dynamokv.ring.MemberId;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way to a node that can coordinate it. It goes to one candidate after the other
 * until one answers. A write goes to the next only if the last has certainly not done it: it could
 * not be connected to, or said so itself. Not thread-safe; its steps follow one another.
 */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private final HttpClient client;
  private final MemberId self;
  private final Duration timeout;
  private final ForwardedCall call;
  private final int wanted;
  private final List<Member> candidates;
  private final Incoming incoming;
  private final Meter retried;
  private final CompletableFuture<Response> outcome = new CompletableFuture<>();
  private @Nullable Response refusal;
  private boolean timedOut;

  Exchange(
      HttpClient client,
      MemberId self,
      Duration timeout,
      ForwardedCall call,
      int wanted,
      List<Member> candidates,
      Incoming incoming,
      Meter retried) {
    this.client = client;
    this.self = self;
    this.timeout = timeout;
    this.call = call;
    this.wanted = wanted;
    this.candidates = candidates;
    this.incoming = incoming;
    this.retried = retried;
  }

  /** Begins. The outcome is what the client is to get. */
  CompletableFuture<Response> start() {
    attempt(0);
    return outcome;
  }

  // What comes of an attempt is concluded in its callback.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void attempt(int number) {
    if (number >= candidates.size()) {
      outcome.complete(refusal == null ? nobody() : refusal);
      return;
    }
    if (number > 0) {
      retried.mark();
    }
    Member candidate = candidates.get(number);
    try {
      CompletableFuture<HttpResponse<byte[]>> sent =
          client.sendAsync(request(candidate), answer -> new LimitedBody(answer, incoming));
      sent.copy()
          .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
          .whenComplete(
              (response, failure) -> {
                sent.cancel(true);
                conclude(number, candidate, response, failure);
              });
    } catch (RuntimeException e) {
      outcome.completeExceptionally(e);
    }
  }

  private void conclude(
      int number,
      Member candidate,
      @Nullable HttpResponse<byte[]> response,
      @Nullable Throwable failure) {
    try {
      if (failure != null) {
        failed(number, candidate, unwrap(failure));
      } else if (response != null) {
        answered(number, response);
      }
    } catch (RuntimeException e) {
      outcome.completeExceptionally(e);
    }
  }

  private void answered(int number, HttpResponse<byte[]> response) {
    Response answer = passOn(response);
    if (response.statusCode() == ErrorCode.OVERLOADED.status()) {
      refusal = answer;
      attempt(number + 1);
    } else {
      outcome.complete(answer);
    }
  }

  private void failed(int number, Member candidate, Throwable failure) {
    LOG.debug("Forwarding {} to {} failed", incoming.id(), candidate.id(), failure);
    if (failure instanceof LimitedBody.TooLargeException) {
      outcome.complete(
          error(
              new ApiError(
                  ErrorCode.OVERLOADED, "too many bytes of other answers are held at this node")));
    } else if (call.isWrite() && !(failure instanceof ConnectException)) {
      outcome.complete(error(unknown(candidate)));
    } else {
      timedOut |= failure instanceof TimeoutException || failure instanceof HttpTimeoutException;
      attempt(number + 1);
    }
  }

  private HttpRequest request(Member candidate) {
    byte[] body = call.body();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(Urls.of(candidate, call.path()))
            .timeout(timeout)
            .header(HttpForwarding.HEADER, self.value())
            .header("X-Request-Id", incoming.id())
            .method(
                call.method(),
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (body != null) {
      request.header(HttpHeaders.CONTENT_TYPE, "application/json");
    }
    return request.build();
  }

  private static Response passOn(HttpResponse<byte[]> response) {
    byte[] body = response.body();
    Response.ResponseBuilder answer =
        Response.status(response.statusCode())
            .entity(body)
            .header(HttpHeaders.CONTENT_LENGTH, body.length);
    for (String name : List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.RETRY_AFTER)) {
      response.headers().firstValue(name).ifPresent(value -> answer.header(name, value));
    }
    return answer.build();
  }

  private Response nobody() {
    return error(
        timedOut
            ? new ApiError(
                ErrorCode.TIMED_OUT,
                "the nodes that hold the key have not answered in time",
                wanted,
                0)
            : new ApiError(
                ErrorCode.HOLDERS_UNREACHABLE,
                "none of the " + candidates.size() + " nodes that hold the key can be reached",
                wanted,
                0));
  }

  private ApiError unknown(Member candidate) {
    return new ApiError(
        ErrorCode.TIMED_OUT,
        candidate.id() + " has not answered; the write may or may not have happened",
        wanted,
        null);
  }

  private Response error(ApiError error) {
    return Responses.error(error, call.isWrite());
  }

  /** A timeout while connecting comes to the same as a refused connection: nothing was sent. */
  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    boolean neverConnected =
        cause instanceof HttpConnectTimeoutException
            || cause.getCause() instanceof UnresolvedAddressException;
    return neverConnected ? new ConnectException(cause.getMessage()) : cause;
  }
}
