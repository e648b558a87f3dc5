package io.dynamokv.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.process.StorageClient.Answer;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five nodes, three replicas: two of five nodes hold no copy of a key, and serve it all the same.
 */
class ForwardingIT {
  private static LocalCluster cluster;

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(5, 3, data);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void every_node_serves_every_key() throws Exception {
    for (int key = 0; key < 20; key++) {
      String version = "";
      for (int node = 1; node <= 5; node++) {
        Answer written = cluster.client(node).put("key-" + key, "by " + node, version, 2);
        assertThat(written.status()).as("key %d by node %d", key, node).isEqualTo(200);
        version = written.version();
      }
      for (int node = 1; node <= 5; node++) {
        assertThat(cluster.client(node).get("key-" + key, 3).values()).containsExactly("by 5");
      }
    }
  }

  @Test
  void the_benchmark_drives_it_without_a_failed_request() throws Exception {
    String load = "--connections 4 --keys 50 --warmup 0 --seconds 1 --operations put get mixed";

    cluster.script(("bench --port " + cluster.httpPort(1) + " " + load).split(" "));

    assertThat(cluster.client(2).get("benchmark000049", 3).values()).hasSize(1);
  }

  @Test
  void errors_come_through_as_they_are() throws Exception {
    cluster.client(1).put("known", "value", "", 3);
    for (int node = 1; node <= 5; node++) {
      Answer refused = cluster.client(node).put("known", "other", "", 1);
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.body().path("success").asBoolean(true)).isFalse();
      assertThat(refused.response().headers().firstValue("X-Request-Id")).isPresent();
    }
  }

  @Test
  void the_longest_keys_and_values_come_through() throws Exception {
    String key = "k".repeat(4096);
    String value = "v".repeat(1 << 20);
    String version = "";
    for (int node = 1; node <= 5; node++) {
      Answer written = cluster.client(node).put(key, value, version, 3);
      assertThat(written.status()).as("node %d", node).isEqualTo(200);
      version = written.version();
      assertThat(cluster.client(node).get(key, 3).values()).containsExactly(value);
    }
  }

  @Test
  void deletes_and_strict_requests_come_through() throws Exception {
    for (int node = 1; node <= 5; node++) {
      String key = "deleted-" + node;
      Answer written = cluster.client(node).put(key, "value", "", 3);
      Answer deleted = cluster.client(node).put(key, "", written.version(), 3);
      assertThat(deleted.status()).isEqualTo(200);
      String path = Base64.getUrlEncoder().encodeToString(key.getBytes(UTF_8));
      Answer read = cluster.client(node).get(path + "?minNumReads=3&strict=true");
      assertThat(read.status()).isEqualTo(200);
      assertThat(read.values()).isEmpty();
      assertThat(read.version()).isNotEmpty();
    }
  }
}
