package io.dynamokv.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.BootedNode;
import io.dynamokv.edge.Http;
import io.dynamokv.membership.Member;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real node measures: what the documents say that it does, and where it sends it. */
class MetricsIT {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z][^`]*)` \\|");
  private static final Pattern OURS =
      Pattern.compile(
          "(anti-entropy|cluster|hints|http|messaging|replica|requests|storage|tombstones)\\..*");
  private static final int PATIENCE_MS = 30_000;

  private static ServerSocket graphite;
  private static NodeCommand node;
  private static Member self;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    graphite = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    graphite.setSoTimeout(PATIENCE_MS);
    List<Member> members = BootedNode.members(2);
    self = members.get(0);
    Path file = folder.resolve("config.yml");
    Files.writeString(
        file,
        BootedNode.configuration(
            members,
            self,
            folder.resolve("data"),
            "cluster: {replicas: 1}",
            "metrics: {frequency: 1s, reporters: [{type: graphite, host: 127.0.0.1, port: %d,"
                .formatted(graphite.getLocalPort()),
            "  prefix: dynamo.node-1, durationUnit: milliseconds}]}"));
    node = NodeCommand.start("server", file).awaitServing(self.httpPort());
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
    graphite.close();
  }

  @Test
  void every_metric_of_ours_is_explained_and_there_is_every_one_that_is() throws Exception {
    Set<String> there = new TreeSet<>();
    for (var name : new Http(self.httpPort()).get("/internal/metric-names").json()) {
      if (OURS.matcher(name.asText()).matches()) {
        there.add(general(name.asText()));
      }
    }
    Set<String> explained =
        ROW.matcher(Files.readString(LocalCluster.ROOT.resolve("docs/metrics.md")))
            .results()
            .map(row -> row.group(1))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(there).isEqualTo(explained);
  }

  private static String general(String name) {
    return name.replace(".node-2.", ".ID.").replaceFirst("\\.[0-9]+$", ".I");
  }

  @Test
  void graphite_is_told_of_requests() throws Exception {
    StorageClient client = new StorageClient(URI.create("http://127.0.0.1:" + self.httpPort()));
    for (int i = 0; i < 20; i++) {
      assertThat(client.put("key-" + i, "value", "", 1).status()).isIn(200, 503);
    }

    Map<String, Double> told = new TreeMap<>();
    while (told.getOrDefault("dynamo.node-1.http.requests.PUT.count", 0.0) < 20) {
      try (Socket report = graphite.accept()) {
        report.setSoTimeout(PATIENCE_MS);
        new BufferedReader(new InputStreamReader(report.getInputStream(), UTF_8))
            .lines()
            .forEach(line -> note(line, told));
      }
    }
    assertThat(told)
        .containsKeys(
            "dynamo.node-1.requests.in-flight",
            "dynamo.node-1.storage.keys",
            "dynamo.node-1.http.requests.PUT.p99");
  }

  /** Notes a line of Graphite's plaintext protocol: a name, a number, and a time in seconds. */
  private static void note(String line, Map<String, Double> told) {
    String[] fields = line.split(" ");
    assertThat(fields).as(line).hasSize(3);
    told.put(fields[0], Double.valueOf(fields[1]));
  }
}
