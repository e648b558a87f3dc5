package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dynamokv.edge.Http;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes that join others, with two replicas, and have bad luck. */
class JoiningIT {
  /** So that there is time to end a node while it is filled. */
  private static final String SLOWLY = "antiEntropy: {keysPerSecond: 15}";

  private static LocalCluster cluster;
  private static Keys keys;

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(3, 2, data);
    keys = new Keys(cluster, 200);
    keys.write();
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void of_two_that_join_at_the_same_moment_one_dies_half_way_and_goes_on_where_it_was()
      throws Exception {
    cluster.launchNew(4, cluster.configurationOfNew(4));
    cluster.launchNew(5, cluster.configurationOfNew(5).with(SLOWLY));
    killHalfWay(5);
    keys.assertAllAreAt(1, 2);

    cluster.launchNew(5, cluster.configurationOfNew(5));
    cluster.joined(4);
    cluster.joined(5);
    cluster.awaitAll();

    assertSettled();
  }

  @Test
  void one_that_dies_half_way_and_is_removed_is_done_without() throws Exception {
    List<String> before = cluster.members(1);
    cluster.launchNew(6, cluster.configurationOfNew(6).with(SLOWLY));
    killHalfWay(6);
    assertThat(change(1).path("waitsFor").toString()).isEqualTo("[\"node-6\"]");

    assertThat(new Http(cluster.httpPort(2) + 1).post("/tasks/remove?member=node-6", "").body())
        .contains("removed node-6");

    for (int node : cluster.nodes()) {
      cluster.await("all to know it", () -> cluster.members(node).equals(before));
    }
    assertSettled();
  }

  /** Ends a node as a power failure would end it, when it has a part of its share. */
  private static void killHalfWay(int node) throws Exception {
    cluster.await("node-" + node + " to run", () -> !cluster.state(node).equals("unknown"));
    cluster.await("node-" + node + " to be filled in part", () -> hasPart(node));
    cluster.kill(node);
    assertThat(change(1).path("underWay").asBoolean()).isTrue();
  }

  private static boolean hasPart(int node) {
    JsonNode filling = change(node).path("filling");
    int complete = filling.path("complete").asInt();
    return filling.path("keys").asInt() > 0
        && complete > 0
        && complete < filling.path("partitions").asInt();
  }

  private static JsonNode change(int node) {
    return cluster.described(node).path("change");
  }

  /** Everybody has its share, nobody anything else, and all is there. */
  private static void assertSettled() throws Exception {
    for (int node : cluster.nodes()) {
      cluster.await("node-" + node + " to have its share", () -> cluster.state(node).equals("up"));
      cluster.await(
          "node-" + node + " to settle", () -> !change(node).path("underWay").asBoolean(true));
    }
    cluster.await(
        "what moved to be nowhere else", () -> cluster.copies(cluster.all()) == 2L * keys.count());
    for (int node : cluster.nodes()) {
      keys.assertAllAreAt(node, 2);
    }
  }
}
