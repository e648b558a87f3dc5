package io.dynamokv.resources.server;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import io.dynamokv.resources.UnexpectedErrors;
import java.util.function.LongSupplier;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.thread.Scheduler;

/** What stands between the network and the resources: the parts, with their limits. Thread-safe. */
public final class Edge {
  private final RequestIds ids;
  private final UnexpectedErrors unexpected;
  private final int maxBodyBytes;
  private final long transferTimeoutMs;
  private final RequestMetrics metrics;
  private final ByteBudget bodies;
  private final ByteBudget answers;

  /**
   * @param random what ids are made of; need not be unpredictable
   * @param maxBodyBytes the longest body that is read
   * @param transferTimeout how long a client may take to send a request's head, to send its body,
   *     and to take in an answer
   * @param maxBytesInFlight for the bodies of all requests together, and as much for long answers
   */
  public Edge(
      LongSupplier random,
      int maxBodyBytes,
      Duration transferTimeout,
      DataSize maxBytesInFlight,
      MetricRegistry metrics) {
    this.ids = new RequestIds(random);
    this.unexpected = new UnexpectedErrors(ids::next);
    this.maxBodyBytes = maxBodyBytes;
    this.transferTimeoutMs = transferTimeout.toMilliseconds();
    this.metrics = new RequestMetrics(metrics);
    this.bodies = new ByteBudget(maxBytesInFlight.toBytes());
    this.answers = new ByteBudget(maxBytesInFlight.toBytes());
    metrics.gauge("http.bodies.bytes", () -> (Gauge<Long>) bodies::takenBytes);
    metrics.gauge("http.answers.bytes", () -> (Gauge<Long>) answers::takenBytes);
  }

  /** Where unexpected errors are to be reported. */
  public UnexpectedErrors unexpectedErrors() {
    return unexpected;
  }

  ErrorHandler errorHandler() {
    return new JsonErrorHandler(ids, unexpected);
  }

  SlowHeads slowHeads(Scheduler scheduler) {
    return new SlowHeads(scheduler, transferTimeoutMs);
  }

  Handler around(Handler servlets, EdgeThreadPool threads) {
    return new EdgeHandler(
        servlets, threads, ids, maxBodyBytes, transferTimeoutMs, metrics, bodies, answers);
  }
}
