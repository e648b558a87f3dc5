package io.dynamokv.bench;

import io.dynamokv.bench.HttpConnection.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * One connection of a benchmark. It writes keys of its own alone, so that each write follows from
 * the version of the last one, and reads all keys. Every answer is checked. Used by one thread.
 *
 * <p>At a fixed rate the latency of a request counts from when it should have been sent, so that a
 * stall is not hidden by the requests that it kept from being sent.
 */
final class LoadConnection implements AutoCloseable {
  private final Load load;
  private final int index;
  private final HttpConnection http;
  private final SplittableRandom random;
  private final String value;
  private final List<String> versions = new ArrayList<>();
  private long failures;
  private String firstFailure = "";

  LoadConnection(Load load, int index) throws IOException {
    this.load = load;
    this.index = index;
    this.http = new HttpConnection(load.host(), load.port());
    this.random = new SplittableRandom(index);
    byte[] bytes = new byte[load.valueBytes()];
    random.nextBytes(bytes);
    this.value = Base64.getEncoder().encodeToString(bytes);
  }

  /** Gives every key of this connection a value, whatever it had before. */
  void prepare() throws IOException {
    for (int key = index; key < load.keys(); key += load.connections()) {
      Answer found = http.send("GET", "/storage/" + nameOf(key), "");
      versions.add(found.status() == 200 ? stringField(found.body(), "version") : "");
      put(versions.size() - 1);
    }
  }

  /** Sends requests until the time is up; adds their latencies, in nanoseconds. */
  void run(Load.Operation operation, long untilNs, Histogram latencies) throws IOException {
    long intervalNs = intervalNs();
    long dueNs = System.nanoTime() + (intervalNs * index) / load.connections();
    while (System.nanoTime() < untilNs) {
      if (intervalNs == 0) {
        dueNs = System.nanoTime();
      } else {
        sleepUntil(dueNs);
      }
      once(operation);
      latencies.recordValue(
          Math.min(System.nanoTime() - dueNs, latencies.getHighestTrackableValue()));
      dueNs += intervalNs;
    }
  }

  long failures() {
    return failures;
  }

  String firstFailure() {
    return firstFailure;
  }

  private void once(Load.Operation operation) throws IOException {
    boolean write =
        switch (operation) {
          case PUT -> true;
          case GET -> false;
          case MIXED -> random.nextBoolean();
        };
    if (write) {
      put(random.nextInt(versions.size()));
    } else {
      get(random.nextInt(load.keys()));
    }
  }

  private void put(int slot) throws IOException {
    String body =
        "{\"key\":\""
            + nameOf(index + slot * load.connections())
            + "\",\"value\":\""
            + value
            + "\",\"fromVersion\":\""
            + versions.get(slot)
            + "\"}";
    Answer answer = http.send("PUT", "/storage", body);
    if (check(answer, "\"success\":true")) {
      versions.set(slot, stringField(answer.body(), "version"));
    }
  }

  private void get(int key) throws IOException {
    check(http.send("GET", "/storage/" + nameOf(key), ""), "\"values\":[\"");
  }

  private boolean check(Answer answer, String expected) {
    if (answer.status() == 200 && answer.body().contains(expected)) {
      return true;
    }
    failures++;
    if (firstFailure.isEmpty()) {
      firstFailure = answer.status() + " " + answer.body();
    }
    return false;
  }

  private long intervalNs() {
    return load.ratePerSecond() == 0
        ? 0
        : TimeUnit.SECONDS.toNanos(1) * load.connections() / load.ratePerSecond();
  }

  private static void sleepUntil(long dueNs) {
    for (long left = dueNs - System.nanoTime(); left > 0; left = dueNs - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static String nameOf(int key) {
    // Fifteen letters: as Base64 it has neither padding nor anything that a URL would change.
    String name = String.format("benchmark%06d", key);
    return Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.US_ASCII));
  }

  private static String stringField(String json, String name) throws IOException {
    String start = "\"" + name + "\":\"";
    int from = json.indexOf(start);
    if (from < 0) {
      throw new IOException("no " + name + " in " + json);
    }
    return json.substring(from + start.length(), json.indexOf('"', from + start.length()));
  }

  @Override
  public void close() throws IOException {
    http.close();
  }
}
