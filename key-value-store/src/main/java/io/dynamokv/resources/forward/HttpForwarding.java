package io.dynamokv.resources.forward;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import io.dropwizard.lifecycle.Managed;
import io.dynamokv.api.ErrorCode;
import io.dynamokv.api.RefusedException;
import io.dynamokv.api.WriteRequest;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.Member;
import io.dynamokv.resources.Delivery;
import io.dynamokv.resources.Forwarding;
import io.dynamokv.resources.Incoming;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import jakarta.ws.rs.container.AsyncResponse;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Forwards over HTTP, on connections that are kept. Thread-safe; never blocks. So many requests are
 * under way at once and no more; the next is refused as overload.
 */
public final class HttpForwarding implements Forwarding, Managed {
  /** Names the node that has forwarded a request. */
  public static final String HEADER = "X-Dynamo-Forwarded";

  private static final int THREADS = 2;

  private final MemberId self;
  private final Duration timeout;
  private final Semaphore places;
  private final ExecutorService threads;
  private final HttpClient client;
  private final Timer latency;
  private final Meter retried;
  private final Meter refused;

  /**
   * @param timeout how long a node may take to answer, longer than it may take itself
   */
  public HttpForwarding(
      MemberId self,
      Duration timeout,
      Duration connectTimeout,
      int maxInFlight,
      MetricRegistry metrics) {
    this.self = self;
    this.timeout = timeout;
    this.places = new Semaphore(maxInFlight);
    this.latency = metrics.timer("requests.forwarded.latency");
    this.retried = metrics.meter("requests.forwarded.retried");
    this.refused = metrics.meter("requests.forwarded.refused");
    metrics.gauge(
        "requests.forwarded.in-flight",
        () -> (Gauge<Integer>) () -> maxInFlight - places.availablePermits());
    AtomicInteger number = new AtomicInteger();
    this.threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "forwarding-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(connectTimeout)
            .executor(threads)
            .build();
  }

  @Override
  public void read(
      Key key, Quorum quorum, List<Member> candidates, AsyncResponse answer, Incoming incoming) {
    start(ForwardedCall.read(key, quorum), quorum.wanted(), candidates, answer, incoming);
  }

  @Override
  public void write(
      WriteRequest request,
      Quorum quorum,
      List<Member> candidates,
      AsyncResponse answer,
      Incoming incoming) {
    start(ForwardedCall.write(request, quorum), quorum.wanted(), candidates, answer, incoming);
  }

  // What comes of an exchange is delivered in its callback.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void start(
      ForwardedCall call,
      int wanted,
      List<Member> candidates,
      AsyncResponse answer,
      Incoming incoming) {
    if (!places.tryAcquire()) {
      refused.mark();
      throw new RefusedException(
          ErrorCode.OVERLOADED, "too many requests have been forwarded already", null, null);
    }
    Timer.Context timing = latency.time();
    Exchange exchange =
        new Exchange(client, self, timeout, call, wanted, candidates, incoming, retried);
    exchange
        .start()
        .whenComplete(
            (response, failure) -> {
              timing.stop();
              places.release();
              Delivery.deliver(answer, incoming, failure == null ? response : failure);
            });
  }

  @Override
  public void stop() {
    threads.shutdown();
  }
}
