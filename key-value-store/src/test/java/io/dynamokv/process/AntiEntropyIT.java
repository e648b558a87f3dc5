package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes, three replicas: what one has lost comes back without anybody reading it. */
class AntiEntropyIT {
  private LocalCluster cluster;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(3, 3, data);
  }

  @AfterEach
  void stop() throws Exception {
    cluster.close();
  }

  @Test
  void a_node_whose_disk_is_lost_is_filled_by_a_repair() throws Exception {
    for (int i = 0; i < 300; i++) {
      assertThat(cluster.client(1 + i % 3).put("key-" + i, "value", "", 3).status()).isEqualTo(200);
    }
    cluster.kill(3);
    cluster.wipe(3);
    cluster.restart(3);

    // A node that has just started does not know at once what it has.
    cluster.await(
        "all to be there", () -> cluster.repair(3) && cluster.dump(3).contains("\"keys\":300"));

    cluster.script("repair", "--data", cluster.folder(1).resolveSibling("").toString());
    for (int node = 1; node <= 3; node++) {
      assertThat(metric(node, "partitions-differing")).isZero();
      assertThat(metric(node, "partitions")).isEqualTo(2 * 1024);
      assertThat(metric(node, "failures")).isZero();
    }
  }

  private int metric(int node, String name) throws IOException {
    Http admin = new Http(cluster.httpPort(node) + 1);
    return admin
        .get("/metrics")
        .json()
        .at("/gauges/anti-entropy.last." + name + "/value")
        .asInt(-1);
  }
}
