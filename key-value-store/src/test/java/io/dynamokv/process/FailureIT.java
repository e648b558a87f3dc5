package io.dynamokv.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http;
import io.dynamokv.process.StorageClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes, three replicas; nodes are killed and paused, and all are back after each test. */
class FailureIT {
  private static LocalCluster cluster;

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(3, 3, data);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void with_one_node_killed_a_majority_serves_and_with_two_the_rest_says_why_it_can_not()
      throws Exception {
    String version = cluster.client(1).put("key", "0", "", 3).version();
    cluster.kill(3);
    for (int i = 1; i <= 50; i++) {
      Answer written = cluster.client(1).put("key", "" + i, version, 2);
      assertThat(written.status()).isEqualTo(200);
      version = written.version();
      assertThat(cluster.client(2).get("key", 2).values()).containsExactly("" + i);
    }
    cluster.kill(2);
    cluster.awaitView(1, 2, "unreachable");
    assertThatItSaysWhy(cluster.client(1).put("key", "refused", version, 2));
    assertThatItSaysWhy(cluster.client(1).get("key", 2));
    assertThat(cluster.client(1).get("key", 1).values()).containsExactly("50");
    cluster.restart(2, 3);
    assertThat(cluster.client(3).get("key", 3).values()).containsExactly("50");
  }

  @Test
  void a_node_that_was_away_is_brought_what_it_has_missed_without_a_read() throws Exception {
    String version = cluster.client(1).put("changed", "before", "", 3).version();
    cluster.kill(3);
    for (int i = 0; i < 300; i++) {
      assertThat(cluster.client(1 + i % 2).put("new-" + i, "value", "", 2).status()).isEqualTo(200);
    }
    assertThat(cluster.client(1).put("changed", "after", version, 2).status()).isEqualTo(200);

    cluster.restart(3);

    cluster.await(
        "node-3 to have what it missed",
        () -> cluster.copies(3) == cluster.copies(1) && cluster.dump(3).contains(base64("after")));
    cluster.await("nobody to owe anything", () -> owed(1) + owed(2) == 0);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  private static int owed(int node) {
    try {
      Http admin = new Http(cluster.httpPort(node) + 1);
      return admin.get("/metrics").json().at("/gauges/hints.waiting/value").asInt();
    } catch (IOException e) {
      return 1;
    }
  }

  @Test
  void a_node_whose_disk_has_rotted_says_so_and_is_filled_again_when_it_is_emptied()
      throws Exception {
    String value = "rots".repeat(100);
    for (int i = 0; i < 100; i++) {
      assertThat(cluster.client(1).put("rotting-" + i, value, "", 3).status()).isEqualTo(200);
    }
    cluster.stop(3);
    rot(3, value);

    Path configuration = cluster.folder(3).resolve("config.yml");
    try (NodeCommand rotten = NodeCommand.start("server", configuration)) {
      assertThat(rotten.exitCode()).isEqualTo(1);
      assertThat(rotten.said()).contains("it is corrupt or incomplete; give the node an empty");
    }

    for (int i = 0; i < 100; i++) {
      assertThat(cluster.client(1 + i % 2).get("rotting-" + i, 2).values()).containsExactly(value);
    }
    cluster.wipe(3);
    cluster.restart(3);
    cluster.await("node-3 to be filled", () -> cluster.state(3).equals("up"));
    assertThat(cluster.copies(3)).isEqualTo(cluster.copies(1));
  }

  /** Changes one byte on a node's disk wherever it keeps a value. */
  private static void rot(int node, String value) throws IOException {
    int rotten = 0;
    try (Stream<Path> files = Files.list(cluster.folder(node).resolve("db"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jdb")).toList()) {
        String text = Files.readString(file, ISO_8859_1);
        rotten += text.split(value, -1).length - 1;
        Files.writeString(file, text.replace(value, "R" + value.substring(1)), ISO_8859_1);
      }
    }
    assertThat(rotten).isGreaterThanOrEqualTo(100);
  }

  private static void assertThatItSaysWhy(Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body().path("error").path("wanted").asInt()).isEqualTo(2);
    assertThat(answer.body().path("error").path("got").asInt()).isEqualTo(1);
    assertThat(answer.response().headers().firstValue("Retry-After")).isPresent();
  }

  @Test
  void coordinators_that_can_not_see_each_other_make_siblings_and_one_write_resolves_them()
      throws Exception {
    String version = cluster.client(1).put("cart", "empty", "", 3).version();
    cluster.pause(2);
    cluster.pause(3);
    writeAlone(1, 2, "apples", version);
    cluster.pause(1);
    cluster.resume(2);
    writeAlone(2, 1, "pears", version);
    cluster.resume(1);
    cluster.resume(3);
    cluster.awaitView(3, 1, "reachable");
    cluster.awaitView(3, 2, "reachable");
    Answer both = cluster.client(3).get("cart", 3);
    assertThat(both.values()).containsExactlyInAnyOrder("apples", "pears");
    Answer resolved = cluster.client(3).put("cart", "apples and pears", both.version(), 3);
    assertThat(resolved.status()).isEqualTo(200);
    for (int node = 1; node <= 3; node++) {
      assertThat(cluster.client(node).get("cart", 3).values()).containsExactly("apples and pears");
    }
  }

  private void writeAlone(int writer, int other, String value, String version) throws Exception {
    cluster.awaitView(writer, other, "unreachable");
    cluster.awaitView(writer, 3, "unreachable");
    Answer written = cluster.client(writer).put("cart", value, version, 1);
    assertThat(written.status()).isEqualTo(200);
  }

  @Test
  void every_acknowledged_write_survives_the_killing_of_each_node_in_turn() throws Exception {
    Map<String, String> acknowledged = new ConcurrentHashMap<>();
    AtomicInteger rounds = new AtomicInteger();
    AtomicBoolean running = new AtomicBoolean(true);
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int writer = i;
      writers.add(new Thread(() -> write(writer, running, acknowledged, rounds)));
    }
    writers.forEach(Thread::start);
    for (int node = 1; node <= 3; node++) {
      int before = acknowledged.size();
      awaitMore(acknowledged, before + 200);
      cluster.kill(node);
      awaitMore(acknowledged, acknowledged.size() + 200);
      cluster.restart(node);
    }
    running.set(false);
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(acknowledged).hasSizeGreaterThan(1200);
    for (Map.Entry<String, String> write : acknowledged.entrySet()) {
      assertThat(cluster.client(1).get(write.getKey(), 3).values())
          .as(write.getKey())
          .contains(write.getValue());
    }
  }

  /** Writes new keys through any node that answers; a key is written once, and never again. */
  private void write(
      int writer, AtomicBoolean running, Map<String, String> acknowledged, AtomicInteger rounds) {
    for (int i = 0; running.get(); i++) {
      String key = "writer-" + writer + "-" + i;
      try {
        StorageClient client = cluster.client(1 + rounds.getAndIncrement() % cluster.size());
        if (client.put(key, key + "!", "", 2).status() == 200) {
          acknowledged.put(key, key + "!");
        }
      } catch (IOException e) {
        // The node was killed: nobody knows what became of this write, and no claim is made.
        continue;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)); // Each of them is read in the end.
    }
  }

  private static void awaitMore(Map<String, String> acknowledged, int count)
      throws InterruptedException {
    long untilNs = System.nanoTime() + 60_000_000_000L;
    while (acknowledged.size() < count) {
      if (System.nanoTime() > untilNs) {
        throw new AssertionError("only " + acknowledged.size() + " writes of " + count);
      }
      Thread.sleep(5);
    }
  }
}
