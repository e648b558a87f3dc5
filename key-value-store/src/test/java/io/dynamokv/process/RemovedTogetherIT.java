package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes of which the others say that they will not come back, and which do. They reach each other,
 * so neither of them is alone.
 */
class RemovedTogetherIT {
  private static final List<Integer> GONE = List.of(3, 4);

  private static LocalCluster cluster;

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(2, 2, data);
    // The first two have not been told where these can be met, so they will not look for them.
    for (int node : GONE) {
      assertThat(cluster.add()).isEqualTo(node);
    }
    cluster.awaitAll();
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  private static String askToRemove(int node) throws IOException {
    return new Http(cluster.httpPort(1) + 1).post("/tasks/remove?member=node-" + node, "").body();
  }

  private static String healthOf(int node) {
    try {
      return new Http(cluster.httpPort(node) + 1).get("/healthcheck").body();
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void they_are_told_serve_nothing_any_more_and_the_command_takes_note_of_it() throws Exception {
    assertThat(askToRemove(3)).contains("node-3 can be reached");
    assertThat(askToRemove(1)).contains("node-1 is the node that was asked");
    for (int node : GONE) {
      cluster.pause(node);
    }
    for (int node : GONE) {
      cluster.awaitView(1, node, "unreachable");
      assertThat(askToRemove(node)).contains("removed node-" + node);
      assertThat(askToRemove(node)).contains("no member node-%d".formatted(node));
    }
    for (int node : GONE) {
      cluster.resume(node);
    }

    for (int node : GONE) {
      cluster.await(
          "node-" + node + " to know that it was removed",
          () -> healthOf(node).contains("was removed from the cluster"));
      assertThat(cluster.client(node).get("a2V5").status()).isEqualTo(503);
      cluster.remove(node);
    }
    assertThat(cluster.members(1)).containsExactly("node-1", "node-2");
  }
}
