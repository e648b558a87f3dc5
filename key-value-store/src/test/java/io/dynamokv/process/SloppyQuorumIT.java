package io.dynamokv.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dynamokv.edge.Http;
import io.dynamokv.process.StorageClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Five nodes, three replicas: two of a key's holders are killed, and others stand in for them. */
class SloppyQuorumIT {
  private static final String KEY = Base64.getUrlEncoder().encodeToString("key".getBytes(UTF_8));

  private LocalCluster cluster;

  @BeforeEach
  void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(5, 3, data);
  }

  @AfterEach
  void stop() throws Exception {
    cluster.close();
  }

  @Test
  void with_one_holder_left_a_key_is_written_and_read_and_reaches_the_others_when_they_are_back()
      throws Exception {
    List<Integer> holders = nodes("holders");
    List<Integer> others = nodes("fallbacks");
    int left = holders.get(0);
    String version = cluster.client(left).put("key", "before", "", 3).version();
    cluster.kill(holders.get(1));
    cluster.kill(holders.get(2));
    cluster.awaitView(left, holders.get(1), "unreachable");
    cluster.awaitView(left, holders.get(2), "unreachable");

    Answer written = cluster.client(left).put("key", "meanwhile", version, 3);

    assertThat(written.status()).isEqualTo(200);
    assertThat(cluster.client(others.get(0)).get("key", 3).values()).containsExactly("meanwhile");
    assertThat(cluster.client(left).get(KEY + "?minNumReads=2&strict=true").status())
        .isEqualTo(503);
    assertThat(strictPut(left, written.version()).status()).isEqualTo(503);
    assertThat(cluster.dump(others.get(0))).contains(base64("meanwhile"));
    assertThat(cluster.dump(others.get(1))).contains(base64("meanwhile"));

    cluster.restart(holders.get(1), holders.get(2));

    cluster.await(
        "the holders to have it",
        () -> holders.stream().allMatch(node -> cluster.dump(node).contains(base64("meanwhile"))));
    cluster.await(
        "the others to let go of it",
        () -> others.stream().allMatch(node -> cluster.dump(node).contains("\"keys\":0")));
    Answer strict = cluster.client(left).get(KEY + "?minNumReads=3&strict=true");
    assertThat(strict.values()).containsExactly("meanwhile");
  }

  private Answer strictPut(int node, String version) throws IOException {
    String body =
        "{\"key\":\"%s\",\"value\":\"YQ==\",\"fromVersion\":\"%s\",\"minNumWrites\":2,\"strict\":true}";
    return cluster.client(node).put(body.formatted(KEY, version));
  }

  private List<Integer> nodes(String role) throws IOException {
    List<Integer> nodes = new ArrayList<>();
    Http http = new Http(cluster.httpPort(1));
    for (JsonNode node : http.get("/cluster/preference-list/" + KEY).json().path(role)) {
      nodes.add(Integer.parseInt(node.path("id").asText().substring("node-".length())));
    }
    return nodes;
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }
}
