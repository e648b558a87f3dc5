package io.dynamokv.resources.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/** The memory that a request holds, until it ends and not longer. */
class EdgeRequestTest {
  private final RequestMetrics metrics = new RequestMetrics(new MetricRegistry());
  private final ByteBudget bodies = new ByteBudget(1000);
  private final ByteBudget answers = new ByteBudget(1000);

  @Test
  void what_a_request_has_reserved_is_given_back_when_it_ends() {
    EdgeRequest request = request();

    assertThat(request.reserveBody(300)).isTrue();
    assertThat(request.reserveAnswer(200)).isTrue();
    assertThat(request.reserveAnswer(200)).isTrue();
    assertThat(bodies.takenBytes()).isEqualTo(300);
    assertThat(request.reservedForAnswer()).isEqualTo(400);
    request.succeeded();

    assertThat(bodies.takenBytes()).isZero();
    assertThat(answers.takenBytes()).isZero();
  }

  @Test
  void a_request_that_has_ended_reserves_nothing_any_more() {
    EdgeRequest answered = request();
    answered.succeeded();
    EdgeRequest failed = request();
    failed.failed(new IllegalStateException("thrown by a test"));

    assertThat(answered.reserveAnswer(100)).isFalse();
    assertThat(answered.reserveBody(100)).isFalse();
    assertThat(failed.reserveAnswer(100)).isFalse();
    assertThat(answers.takenBytes()).isZero();
    assertThat(bodies.takenBytes()).isZero();
  }

  @Test
  void nothing_stays_reserved_when_a_request_ends_while_it_reserves() throws Exception {
    ExecutorService threads = Executors.newSingleThreadExecutor();
    CyclicBarrier together = new CyclicBarrier(2);
    try {
      for (int i = 0; i < 2000; i++) {
        EdgeRequest request = request();
        Future<Boolean> reserved =
            threads.submit(
                () -> {
                  together.await(10, TimeUnit.SECONDS);
                  return request.reserveAnswer(100);
                });
        together.await(10, TimeUnit.SECONDS);
        request.succeeded();
        reserved.get(10, TimeUnit.SECONDS);

        assertThat(answers.takenBytes()).as("after " + (i + 1) + " requests").isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private EdgeRequest request() {
    return new EdgeRequest(
        answering(
            Request.class,
            Map.of(
                "getHttpURI",
                HttpURI.from("http://localhost/storage/YQ=="),
                "getHeaders",
                HttpFields.EMPTY,
                "getConnectionMetaData",
                answering(ConnectionMetaData.class, Map.of()),
                "getMethod",
                "GET",
                "getHeadersNanoTime",
                0L)),
        answering(Response.class, Map.of("getStatus", 200)),
        Callback.NOOP,
        "test",
        metrics,
        bodies,
        answers);
  }

  /** An object of the server's that answers a few questions, and all others with nothing. */
  private static <T> T answering(Class<T> type, Map<String, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answers.get(method.getName())));
  }
}
