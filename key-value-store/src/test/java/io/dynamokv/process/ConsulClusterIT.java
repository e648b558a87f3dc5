package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dynamokv.edge.Http;
import io.dynamokv.membership.consul.ConsulAgent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes that know nothing of each other but a real Consul agent; two replicas. */
class ConsulClusterIT {
  private static final int KEYS = 100;

  @TempDir private static Path folder;

  private static final List<NodeCommand> started = new ArrayList<>();
  private static final List<NodeCommand> founders = new ArrayList<>();
  private static ConsulAgent agent;
  private static int basePort;

  @BeforeAll
  static void start() throws Exception {
    agent = ConsulAgent.start(Files.createDirectory(folder.resolve("consul")));
    basePort = LocalCluster.freeBasePort();
    for (int node = 1; node <= 3; node++) {
      founders.add(launch(node, ""));
    }
    for (int node = 1; node <= 3; node++) {
      founders.get(node - 1).awaitServing(httpPort(node));
      awaitUp(node, 3);
    }
  }

  @AfterAll
  static void stop() {
    started.forEach(NodeCommand::close);
    agent.close();
  }

  private static NodeCommand launch(int node, String moreOfMembership) throws Exception {
    Path directory = Files.createDirectories(folder.resolve("node-" + node));
    String text =
        """
        cluster: {replicas: 2, partitions: 128}
        node: {id: node-%d, directory: '%s'}
        membership:
          provider: consul
          founders: 3
          self: {httpPort: %d, adminPort: %d, messagingPort: %d}
          consul: {url: "%s", checkInterval: 1s}
          %s
        """
            .formatted(
                node,
                directory,
                httpPort(node),
                httpPort(node) + 1,
                httpPort(node) + 2,
                agent.url(),
                moreOfMembership);
    Path file = Files.writeString(directory.resolve("config.yml"), text);
    NodeCommand launched = NodeCommand.start("server", file);
    started.add(launched);
    return launched;
  }

  private static int httpPort(int node) {
    return basePort + 10 * (node - 1);
  }

  private static StorageClient client(int node) {
    return new StorageClient(URI.create("http://127.0.0.1:" + httpPort(node)));
  }

  /**
   * Waits until a node counts so many members, itself among them, all of which have their share.
   */
  private static void awaitUp(int node, int members) throws Exception {
    try {
      ConsulAgent.await(
          "node-" + node + " to see " + members + " members",
          () -> {
            List<String> states = new ArrayList<>();
            members(node).forEach(member -> states.add(member.path("state").asText()));
            return states.size() == members && Set.copyOf(states).equals(Set.of("up"));
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ":\n" + allSaid(), e);
    }
  }

  private static String allSaid() throws IOException {
    StringBuilder said = new StringBuilder();
    for (NodeCommand node : started) {
      said.append(node.said()).append("----\n");
    }
    return said.toString();
  }

  private static JsonNode members(int node) throws IOException {
    return new Http(httpPort(node)).get("/cluster").json().path("members");
  }

  /** The nodes that are in good health, by what Consul says. */
  private static void awaitPassing(String... ids) throws Exception {
    ConsulAgent.await(
        "all to be in good health: " + String.join(", ", ids),
        () -> {
          Set<String> passing = new TreeSet<>();
          for (JsonNode each : agent.get("/v1/health/service/dynamo?passing")) {
            passing.add(each.path("Service").path("Meta").path("id").asText());
          }
          return passing.equals(Set.of(ids));
        });
  }

  private static void write(String key) throws IOException {
    assertThat(client(1).put(key, "value", "", 2).status()).as(key).isEqualTo(200);
  }

  private static void assertRead(int node, String key) throws IOException {
    assertThat(client(node).get(key, 2).values()).as(key).containsExactly("value");
  }

  @Test
  void a_fourth_joins_by_consul_and_hands_over_what_it_holds_when_it_is_told_to_stop()
      throws Exception {
    awaitPassing("node-1", "node-2", "node-3");
    for (int i = 0; i < KEYS; i++) {
      write("key" + i);
    }
    assertRead(3, "key0");

    NodeCommand fourth = launch(4, "leaveOnShutdown: true");
    fourth.awaitServing(httpPort(4));
    awaitUp(4, 4);
    awaitPassing("node-1", "node-2", "node-3", "node-4");
    write("after the change");
    assertRead(4, "after the change");
    int exitCode = fourth.stop();

    assertThat(exitCode).as(fourth.said()).isZero();
    awaitUp(1, 3);
    awaitPassing("node-1", "node-2", "node-3");
    assertThat(agent.get("/v1/catalog/service/dynamo")).hasSize(3);
    assertRead(2, "after the change");
    for (int i = 0; i < KEYS; i++) {
      assertRead(1 + i % 3, "key" + i);
    }
  }

  @Test
  void without_consul_all_goes_on_and_all_register_with_one_that_has_forgotten_them()
      throws Exception {
    write("before");

    agent.kill();
    write("meanwhile");
    assertRead(2, "meanwhile");
    founders.get(2).kill();
    founders.set(2, launch(3, "").awaitServing(httpPort(3)));
    awaitUp(3, 3);
    awaitUp(1, 3);
    assertRead(3, "before");
    assertRead(3, "meanwhile");

    agent.restart();
    awaitPassing("node-1", "node-2", "node-3");
  }
}
