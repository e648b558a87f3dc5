package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of deleted keys, on three real nodes that do not keep it for long. */
class CollectionIT {
  private LocalCluster cluster;
  private final List<NodeCommand> started = new ArrayList<>();

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(3, 3, data);
    for (int node : cluster.nodes()) {
      cluster.stop(node);
      Path file = cluster.folder(node).resolve("config.yml");
      cluster.configuration(node).with("tombstones: {minAge: 1s, interval: 1s}").write(file);
      started.add(NodeCommand.start("server", file));
    }
    for (int node : cluster.nodes()) {
      started.get(node - 1).awaitServing(cluster.httpPort(node));
    }
    cluster.awaitAll();
  }

  @AfterEach
  void stop() throws Exception {
    for (NodeCommand node : started) {
      node.close();
    }
    cluster.close();
  }

  @Test
  void nothing_is_left_of_a_deleted_key_when_all_members_have_seen_that_it_is() throws Exception {
    StorageClient client = cluster.client(1);
    client.put("kept", "value", "", 3);
    for (int i = 0; i < 20; i++) {
      String version = client.put("deleted" + i, "value", "", 3).version();
      assertThat(cluster.client(2).put("deleted" + i, "", version, 3).status()).isEqualTo(200);
    }
    assertThat(cluster.copies(1, 2, 3)).as("tombstones are keys too").isEqualTo(3 * 21);

    cluster.await("the tombstones to be removed", () -> cluster.copies(1, 2, 3) == 3);

    assertThat(client.get("deleted0", 3).values()).isEmpty();
    assertThat(client.get("kept", 3).values()).containsExactly("value");
    assertThat(cluster.client(3).put("deleted0", "anew", "", 3).status()).isEqualTo(200);
    assertThat(client.get("deleted0", 3).values()).containsExactly("anew");
  }
}
