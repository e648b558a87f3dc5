package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes, three replicas, backed up while they run. */
class BackupIT {
  @TempDir private Path data;
  @TempDir private Path elsewhere;
  private LocalCluster cluster;

  @BeforeEach
  void start() throws Exception {
    cluster = LocalCluster.start(3, 3, data.resolve("cluster"));
  }

  @AfterEach
  void stop() throws Exception {
    cluster.close();
  }

  private void script(String command) throws Exception {
    cluster.script(
        command,
        elsewhere.resolve("backup").toString(),
        "--node",
        "3",
        "--data",
        data.resolve("cluster").toString());
  }

  @Test
  void a_restored_node_replaces_nothing_that_is_newer_and_is_brought_what_it_lacks()
      throws Exception {
    String first = cluster.client(1).put("changed", "before", "", 3).version();
    String gone = cluster.client(3).put("deleted", "before", "", 3).version();
    script("backup");
    // By the node that is about to be set back, so that its own writes are what it forgets.
    String second = cluster.client(3).put("changed", "since", first, 3).version();
    assertThat(cluster.client(3).put("deleted", "", gone, 3).status()).isEqualTo(200);
    cluster.client(2).put("new", "since", "", 3);
    cluster.kill(3);
    assertThatThrownBy(() -> script("restore")).as("there is data").isInstanceOf(Error.class);
    cluster.wipe(3);
    Path list = elsewhere.resolve("backup/node-3/backup.txt");
    String asTaken = Files.readString(list);
    Files.writeString(list, asTaken.replaceFirst("taken .*", "taken 2020-01-01T00:00:00Z"));
    assertThatThrownBy(() -> script("restore")).as("it is too old").isInstanceOf(Error.class);
    Files.writeString(list, asTaken);

    script("restore");
    cluster.restart(3);

    assertThat(cluster.client(3).put("changed", "by the restored", second, 2).status())
        .as("it has not heard of that version, or has by now")
        .isIn(200, 409);
    cluster.await(
        "it to be brought what it lacks",
        () -> cluster.repair(3) && cluster.dump(3).contains("\"keys\":3"));
    cluster.await("it to count again", () -> cluster.state(3).equals("up"));
    for (int node = 1; node <= 3; node++) {
      StorageClient client = cluster.client(node);
      // Each node finds that out for itself.
      cluster.await("all three to be read from", () -> isReadFromAll(client));
      assertThat(cluster.client(node).get("changed", 3).values()).doesNotContain("before");
      assertThat(cluster.client(node).get("changed", 3).values()).hasSize(1);
      assertThat(cluster.client(node).get("deleted", 3).values()).isEmpty();
      assertThat(cluster.client(node).get("new", 3).values()).containsExactly("since");
    }
  }

  private static boolean isReadFromAll(StorageClient client) {
    try {
      return client.get("new", 3).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
