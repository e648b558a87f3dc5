package io.dynamokv.bench;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Drives a running cluster through one of its nodes and prints throughput and latencies. Each
 * connection has a thread of its own.
 */
public final class Benchmark {
  private static final long HIGHEST_LATENCY_NS = TimeUnit.MINUTES.toNanos(2);

  private final Load load;
  private final PrintStream out;

  public Benchmark(Load load, PrintStream out) {
    this.load = load;
    this.out = out;
  }

  /**
   * Measures the operations one after the other.
   *
   * @return how many requests failed; a run with any says nothing about speed
   * @throws IOException if the node can not be reached or breaks a connection
   */
  public long run(List<Load.Operation> operations) throws IOException, InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(load.connections());
    List<LoadConnection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < load.connections(); i++) {
        connections.add(new LoadConnection(load, i));
      }
      out.printf(
          "%d connections to %s:%d, %d keys, values of %d bytes, %s%n",
          load.connections(),
          load.host(),
          load.port(),
          load.keys(),
          load.valueBytes(),
          load.ratePerSecond() == 0 ? "no pause" : load.ratePerSecond() + " requests/s");
      out.println("writing every key once before");
      inParallel(threads, connections, LoadConnection::prepare);
      for (Load.Operation operation : operations) {
        measure(threads, connections, operation);
      }
      return reportFailures(connections);
    } finally {
      threads.shutdownNow();
      for (LoadConnection connection : connections) {
        connection.close();
      }
    }
  }

  private void measure(
      ExecutorService threads, List<LoadConnection> connections, Load.Operation operation)
      throws IOException, InterruptedException {
    drive(threads, connections, operation, load.warmupSeconds());
    long startedNs = System.nanoTime();
    Histogram latencies = drive(threads, connections, operation, load.seconds());
    report(operation, latencies, System.nanoTime() - startedNs);
  }

  private Histogram drive(
      ExecutorService threads,
      List<LoadConnection> connections,
      Load.Operation operation,
      int seconds)
      throws IOException, InterruptedException {
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Histogram all = newHistogram();
    inParallel(
        threads,
        connections,
        connection -> {
          Histogram own = newHistogram();
          connection.run(operation, untilNs, own);
          synchronized (all) {
            all.add(own);
          }
        });
    return all;
  }

  /** What a connection is made to do. */
  private interface Task {
    void run(LoadConnection connection) throws IOException;
  }

  private static void inParallel(
      ExecutorService threads, List<LoadConnection> connections, Task task)
      throws IOException, InterruptedException {
    List<Callable<Void>> calls = new ArrayList<>();
    for (LoadConnection connection : connections) {
      calls.add(
          () -> {
            task.run(connection);
            return null;
          });
    }
    for (Future<Void> call : threads.invokeAll(calls)) {
      try {
        call.get();
      } catch (ExecutionException e) {
        throw new IOException(requireNonNull(e.getCause()).getMessage(), e);
      }
    }
  }

  private void report(Load.Operation operation, Histogram latencies, long tookNs) {
    out.printf(
        "%-5s %8.0f/s  p50 %s  p90 %s  p99 %s  p99.9 %s  max %s ms%n",
        operation,
        latencies.getTotalCount() * 1e9 / tookNs,
        millis(latencies.getValueAtPercentile(50)),
        millis(latencies.getValueAtPercentile(90)),
        millis(latencies.getValueAtPercentile(99)),
        millis(latencies.getValueAtPercentile(99.9)),
        millis(latencies.getMaxValue()));
  }

  private long reportFailures(List<LoadConnection> connections) {
    long failures = connections.stream().mapToLong(LoadConnection::failures).sum();
    if (failures > 0) {
      out.printf("%d requests failed, one of them with:%n", failures);
      connections.stream()
          .map(LoadConnection::firstFailure)
          .filter(failure -> !failure.isEmpty())
          .findFirst()
          .ifPresent(out::println);
    }
    return failures;
  }

  private static Histogram newHistogram() {
    return new Histogram(HIGHEST_LATENCY_NS, 3);
  }

  private static String millis(long nanos) {
    return String.format("%.2f", nanos / 1e6);
  }
}
