package io.dynamokv.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.edge.BootedNode;
import io.dynamokv.edge.Http;
import io.dynamokv.membership.Member;
import io.dynamokv.storage.DataFolder;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.je.JeSettings;
import io.dynamokv.storage.je.JeStorage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps a node from starting: it says so in plain words, and the exit code is not 0. */
class RefusedStartIT {
  private static final int PARTITIONS = 64;
  private static final String ONE_NODE = "cluster: {partitions: 64, replicas: 1}";

  private final List<Member> members = BootedNode.members(2);
  private final Member self = members.get(0);
  private final List<NodeCommand> started = new ArrayList<>();

  @TempDir private Path folder;

  @AfterEach
  void endWhatRuns() {
    started.forEach(NodeCommand::close);
  }

  @Test
  void a_second_process_on_the_same_data_is_told_who_has_it_and_the_first_goes_on()
      throws Exception {
    NodeCommand first = start("server", node("first.yml", self, ONE_NODE));
    first.awaitServing(self.httpPort());
    Member elsewhere = withPortsOf(members.get(1));

    NodeCommand second = start("server", node("second.yml", elsewhere, ONE_NODE));

    assertRefused(second, "is in use by another process (pid " + first.pid() + ")");
    assertThat(first.isAlive()).isTrue();
    assertThat(new Http(self.httpPort()).put("/storage", write("YQ==")).status()).isEqualTo(200);
    assertThat(folder.resolve("data/pid")).hasContent("" + first.pid());
  }

  @Test
  void a_folder_of_another_cluster_member_or_version_is_refused_and_left_as_it_is()
      throws Exception {
    Path own = node("own.yml", self, ONE_NODE);
    NodeCommand first = start("server", own);
    first.awaitServing(self.httpPort());
    assertThat(new Http(self.httpPort()).put("/storage", write("YQ==")).status()).isEqualTo(200);
    first.stop();

    assertRefused(
        start("server", node("p.yml", self, "cluster: {partitions: 128, replicas: 1}")),
        "the data folder belongs to a cluster of 64 partitions, but 128 are configured");
    assertRefused(
        start("server", node("id.yml", members.get(1), ONE_NODE)),
        "the data folder is that of member node-1, and this node is node-2");
    assertRefused(
        start("server", twoMembers("ring.yml")),
        "members, racks and replicas can not be changed while there is data");

    NodeCommand again = start("server", own).awaitServing(self.httpPort());
    assertThat(new Http(self.httpPort()).get("/storage/YQ").body()).contains("\"eA==\"");
    again.stop();
    makeNewer();
    assertRefused(
        start("server", own),
        "the data folder has format 2, written by a newer version; this version reads up to 1");
  }

  /** The file's text, and what must be said of it: all are given to both commands at once. */
  @Test
  void a_wrong_configuration_is_refused_by_both_commands_with_its_line_and_key() throws Exception {
    Map<String, String> wrong = new LinkedHashMap<>();
    wrong.put("cluster: {replica: 3}", "line 7: cluster.replica there is no such key");
    wrong.put(
        "storage:\n  cacheSize: 1KiB", "line 8: storage.cacheSize must be between 1 MEBIBYTES");
    wrong.put(
        "cluster: {partitions: 1000}",
        "line 7: cluster.partitions must be a power of two (is 1000)");
    wrong.put(
        "cluster:\n  replicas: 3\n  writes: 4",
        "line 9: cluster.writes must be at most cluster.replicas, 3 (is 4)");
    wrong.put("requests: {dump: true", "line 7: malformed YAML: ");
    Map<NodeCommand, String> reasons = new LinkedHashMap<>();
    for (Map.Entry<String, String> each : wrong.entrySet()) {
      Path file = node("wrong-" + reasons.size() + ".yml", self, each.getKey());
      reasons.put(start("check", file), each.getValue());
      reasons.put(start("server", file), each.getValue());
    }

    for (Map.Entry<NodeCommand, String> each : reasons.entrySet()) {
      assertRefused(each.getKey(), each.getValue());
    }
    assertThat(folder.resolve("data")).doesNotExist();
  }

  /** It would hand over what it holds to nobody, or leave for good what it has hardly joined. */
  @Test
  void a_node_that_can_not_start_does_not_leave_though_it_is_to_leave_when_it_is_stopped()
      throws Exception {
    String text =
        """
        cluster: {partitions: 64, replicas: 1}
        node: {id: node-1, directory: '%s'}
        membership:
          provider: seeds
          leaveOnShutdown: true
          self: {httpPort: %d, adminPort: %d, messagingPort: %d}
        """
            .formatted(
                folder.resolve("data"), self.httpPort(), self.adminPort(), self.messagingPort());
    Path file = Files.writeString(folder.resolve("leaving.yml"), text);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket taken = new ServerSocket(self.messagingPort(), 1, loopback)) {
      assertRefused(start("server", file), "can not open the messaging port");
    }
  }

  /** By exactly this, with a stack trace nowhere, and by a code that scripts can see. */
  private static void assertRefused(NodeCommand command, String reason) throws Exception {
    int exitCode = command.exitCode();
    assertThat(command.said()).contains(reason).doesNotContain("Exception", "\tat ");
    assertThat(exitCode).isEqualTo(1);
  }

  private NodeCommand start(String command, Path configuration) throws IOException {
    NodeCommand node = NodeCommand.start(command, configuration);
    started.add(node);
    return node;
  }

  /** A configuration of one member alone, over the one data folder of the test. */
  private Path node(String name, Member member, String more) throws IOException {
    return file(name, List.of(member), member, more);
  }

  private Path twoMembers(String name) throws IOException {
    return file(name, members, self, ONE_NODE);
  }

  private Path file(String name, List<Member> all, Member member, String more) throws IOException {
    return Files.writeString(
        folder.resolve(name), BootedNode.configuration(all, member, folder.resolve("data"), more));
  }

  private Member withPortsOf(Member other) {
    return new Member(
        self.id(),
        self.host(),
        other.httpPort(),
        other.adminPort(),
        other.messagingPort(),
        self.rack(),
        self.datacenter());
  }

  /** Makes the folder one of the next version's. */
  private void makeNewer() {
    JeSettings settings =
        new JeSettings(folder.resolve("data/db"), PARTITIONS, Durability.SYNC, 8 << 20, 0);
    String record =
        "format=%d\nengine=je\npartitions=%d\n".formatted(DataFolder.FORMAT + 1, PARTITIONS);
    try (Storage storage = JeStorage.open(settings, new MetricRegistry(), System::nanoTime)) {
      storage.writeMeta(DataFolder.RECORD, record.getBytes(UTF_8));
    }
  }

  private static String write(String key) {
    return "{\"key\":\"" + key + "\",\"value\":\"eA==\"}";
  }
}
