package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members come and go in a cluster of real processes, with the command as a user has it. There are
 * three or four before and after each test.
 */
class MembershipIT {
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

  private static void assertAllIsThere() throws IOException {
    for (int node : cluster.nodes()) {
      keys.assertAllAreAt(node, 1);
    }
  }

  /** The member that came last. */
  private static int last() {
    return cluster.nodes().get(cluster.size() - 1);
  }

  @Test
  void a_new_node_holds_its_share_and_the_others_let_go_of_it() throws Exception {
    int added = cluster.add();
    cluster.awaitAll();

    assertThat(new Http(cluster.httpPort(1)).get("/cluster").body())
        .contains(
            "\"id\":\"node-%d\",\"address\":\"127.0.0.1:%d"
                .formatted(added, cluster.httpPort(added)));
    assertThat(cluster.copies(added)).isGreaterThan(keys.count() / 4);
    cluster.await("what moved to be nowhere else", () -> copies() == 2L * keys.count());
    assertAllIsThere();
  }

  private static long copies() {
    return cluster.copies(cluster.all());
  }

  @Test
  void a_node_that_is_removed_hands_over_what_it_holds_and_one_that_is_dead_is_replaced()
      throws Exception {
    cluster.remove(last());
    cluster.awaitAll();
    assertAllIsThere();

    cluster.add();
    cluster.awaitAll();
    int dead = cluster.nodes().get(1);
    cluster.kill(dead);
    cluster.remove(dead);
    cluster.awaitAll();
    assertAllIsThere();
  }

  @Test
  void nodes_that_all_restart_know_their_ring_and_a_wiped_one_is_filled_before_it_answers()
      throws Exception {
    cluster.add();
    int wiped = cluster.nodes().get(1);
    cluster.stop(cluster.all());
    cluster.wipe(wiped);
    cluster.restart(cluster.all());
    cluster.await("the wiped node to be filled", () -> cluster.state(wiped).equals("up"));

    assertAllIsThere();
  }
}
