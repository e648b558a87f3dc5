package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real nodes under a name that others know, at another address or from another folder. */
class NamesakeIT {
  /** A node of the cluster whose ports another process takes. */
  private static final int SPARE = 8;

  @TempDir private static Path data;

  private static LocalCluster cluster;
  private static Keys keys;

  @BeforeAll
  static void start() throws Exception {
    cluster = LocalCluster.start(3, 3, data.resolve("cluster"));
    keys = new Keys(cluster, 60);
    keys.write();
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void a_node_that_has_moved_is_found_at_its_new_address_with_what_it_has() throws Exception {
    cluster.stop(3);
    Path file = cluster.folder(3).resolve("config.yml");
    ConfigFile before = cluster.configuration(3);
    before.at(cluster.httpPort(SPARE)).write(file);
    String address = "\"127.0.0.1:" + cluster.httpPort(SPARE) + "\":\"reachable\"";
    try (NodeCommand moved = NodeCommand.start("server", file)) {
      moved.awaitServing(cluster.httpPort(SPARE));

      for (int node : List.of(1, 2)) {
        cluster.await(
            "it to be found", () -> cluster.client(node).connectivity().contains(address));
        keys.assertAllAreAt(node, 3);
      }
      keys.assertAllAreAt(SPARE, 1);
      moved.stop();
    }
    before.write(file);
    cluster.restart(3);
    keys.assertAllAreAt(3, 3);
  }

  @Test
  void a_copy_of_a_data_folder_is_refused_under_another_name_and_under_the_same() throws Exception {
    Path copy = copyOf(2);

    try (NodeCommand clone = start(cluster.configurationOfNew(9).as("node-9", copy), copy)) {
      int exitCode = clone.exitCode();

      assertThat(clone.said())
          .contains("the data folder is that of member node-2, and this node is node-9");
      assertThat(exitCode).isEqualTo(1);
    }
    assertRefusedAndHarmless(cluster.configurationOfNew(SPARE).as("node-2", copy), copy);
  }

  @Test
  void a_new_folder_is_refused_under_the_name_of_one_that_lives() throws Exception {
    Path folder = data.resolve("namesake");

    assertRefusedAndHarmless(cluster.configurationOfNew(SPARE).as("node-2", folder), folder);
  }

  private void assertRefusedAndHarmless(ConfigFile configuration, Path folder) throws Exception {
    List<String> before = List.of(complaints(1), complaints(2), complaints(3));
    try (NodeCommand namesake = start(configuration, folder)) {
      namesake.awaitServing(cluster.httpPort(SPARE));
      Http admin = new Http(cluster.httpPort(SPARE) + 1);
      cluster.await("it to see that", () -> isRefused(admin));

      assertThat(namesake.said())
          .contains("others know node-2 at 127.0.0.1:" + cluster.httpPort(2));
      assertThat(List.of(complaints(1), complaints(2), complaints(3))).isEqualTo(before);
      assertThat(cluster.client(1).connectivity()).doesNotContain("unreachable");
      for (int node : cluster.nodes()) {
        keys.assertAllAreAt(node, 3);
      }
      assertThat(cluster.client(SPARE).put("mine", "value", "", 1).status()).isEqualTo(503);
      namesake.stop();
    }
  }

  private static boolean isRefused(Http admin) {
    try {
      return admin.get("/healthcheck").body().contains("another node lives under this one's name");
    } catch (IOException e) {
      return false;
    }
  }

  /** What a node has said of members that it could not reach any more. */
  private static String complaints(int node) throws IOException {
    Path restarted = cluster.folder(node).resolve("log/restart.log");
    String all = cluster.log(node) + (Files.exists(restarted) ? Files.readString(restarted) : "");
    return String.join("\n", all.lines().filter(line -> line.contains("is unreachable")).toList());
  }

  private static NodeCommand start(ConfigFile configuration, Path folder) throws IOException {
    return NodeCommand.start("server", configuration.write(folder.resolve("config.yml")));
  }

  /** Stops a node, copies what it has, and starts it again. */
  private static Path copyOf(int node) throws Exception {
    Path copy = Files.createTempDirectory(data, "copy");
    cluster.stop(node);
    Files.createDirectory(copy.resolve("db"));
    try (Stream<Path> files = Files.list(cluster.folder(node).resolve("db"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve("db").resolve(file.getFileName()));
      }
    }
    cluster.restart(node);
    return copy;
  }
}
