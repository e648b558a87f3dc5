package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What it means to a real node, one of three with two replicas, to be told to stop. */
class LeavingIT {
  private LocalCluster cluster;
  private Keys keys;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(3, 2, data);
    keys = new Keys(cluster, 200);
    keys.write();
  }

  @AfterEach
  void stop() throws Exception {
    cluster.close();
  }

  @Test
  void a_node_stays_a_member_unless_it_is_to_leave_and_then_it_hands_over_all_that_it_holds()
      throws Exception {
    cluster.stop(3);
    cluster.awaitView(1, 3, "unreachable");
    assertThat(cluster.members(1)).containsExactly("node-1", "node-2", "node-3");

    Path file = cluster.folder(3).resolve("config.yml");
    cluster.configuration(3).withMembership("leaveOnShutdown: true").write(file);
    try (NodeCommand node = NodeCommand.start("server", file)) {
      node.awaitServing(cluster.httpPort(3));
      cluster.awaitAll();
      int exitCode = node.stop();

      assertThat(exitCode).as(node.said()).isZero();
    }
    for (int node : List.of(1, 2)) {
      assertThat(cluster.members(node)).containsExactly("node-1", "node-2");
      keys.assertAllAreAt(node, 2);
    }
    assertThat(cluster.copies(1, 2)).isEqualTo(2L * keys.count());
  }
}
