package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http;
import io.dynamokv.process.StorageClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members come and go in a cluster of real processes, with the command as a user has it. */
class MembershipIT {
  private static final int KEYS = 200;

  private LocalCluster cluster;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(3, 2, data);
    for (int i = 0; i < KEYS; i++) {
      assertThat(cluster.client(1 + i % 3).put("key" + i, "value" + i, "", 2).status())
          .isEqualTo(200);
    }
  }

  @AfterEach
  void stop() throws Exception {
    cluster.close();
  }

  private void assertAllIsThere(int... nodes) throws IOException {
    for (int node : nodes) {
      for (int i = 0; i < KEYS; i++) {
        Answer answer = cluster.client(node).get("key" + i, 1);
        assertThat(answer.values()).as("key%d at node-%d", i, node).isEqualTo(List.of("value" + i));
      }
    }
  }

  private int partitionsToHandOver(int node) {
    try {
      return new Http(cluster.httpPort(node))
          .get("/cluster")
          .json()
          .path("change")
          .path("partitionsToHandOver")
          .asInt(-1);
    } catch (IOException e) {
      return -1;
    }
  }

  @Test
  void a_new_node_holds_its_share_and_the_others_let_go_of_it() throws Exception {
    int added = cluster.add();
    cluster.awaitAll();

    assertThat(new Http(cluster.httpPort(1)).get("/cluster").body())
        .contains("\"id\":\"node-4\",\"address\":\"127.0.0.1:" + cluster.httpPort(4));
    assertThat(cluster.dump(added).lines().count()).isGreaterThan(KEYS / 4);
    cluster.await(
        "what moved to be nowhere else",
        () -> cluster.nodes().stream().allMatch(node -> partitionsToHandOver(node) == 0));
    long copies = 0;
    for (int node : cluster.nodes()) {
      // Two lines are about the node.
      copies += cluster.dump(node).lines().count() - 2;
    }
    assertThat(copies).isEqualTo(2L * KEYS);
    assertAllIsThere(1, 4);
  }

  @Test
  void a_node_that_is_removed_hands_over_what_it_holds_and_one_that_is_dead_is_replaced()
      throws Exception {
    cluster.remove(2);
    cluster.awaitAll();
    assertAllIsThere(1, 3);

    cluster.add();
    cluster.awaitAll();
    cluster.kill(3);
    cluster.remove(3);
    cluster.awaitAll();
    assertAllIsThere(1, 4);
  }

  @Test
  void nodes_that_all_restart_know_their_ring_and_a_wiped_one_is_filled_before_it_answers()
      throws Exception {
    int added = cluster.add();
    for (int node : cluster.nodes()) {
      cluster.stop(node);
    }
    cluster.wipe(2);
    cluster.restart(1, 2, 3, added);
    cluster.await("the wiped node to be filled", () -> cluster.state(2).equals("up"));

    assertAllIsThere(1, 2, 3, added);
  }
}
