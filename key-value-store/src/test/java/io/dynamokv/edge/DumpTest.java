package io.dynamokv.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http.Answer;
import io.dynamokv.membership.Member;
import io.dynamokv.ring.Key;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is asked for what all nodes have, another one, and one that is dead. */
class DumpTest {
  private static BootedNode asked;
  private static BootedNode other;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    List<Member> members = BootedNode.members(3);
    asked = BootedNode.boot(folder, members, 0);
    other = BootedNode.boot(folder, members, 1);
  }

  @AfterAll
  static void stop() throws Exception {
    asked.close();
    other.close();
  }

  @BeforeEach
  void reset() {
    other.service.reset();
    asked.service.reset();
  }

  @Test
  void the_dump_of_all_nodes_has_every_nodes_keys_and_says_which_nodes_are_missing()
      throws Exception {
    other.http().put("/storage", "{\"key\":\"YQ==\",\"value\":\"aGk=\"}");
    asked.service.addSibling(Key.of(new byte[] {'b'}), new byte[] {1});

    Answer answer = asked.http().get("/internal/dump/all");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers()).containsEntry("content-type", "application/x-ndjson");
    List<String> lines = answer.body().lines().toList();
    assertThat(lines).hasSize(7);
    assertThat(lines.get(0)).isEqualTo("{\"node\":\"node-1\"}");
    assertThat(lines.get(1)).startsWith("{\"key\":\"Yg==\",\"value\":{\"version\":\"");
    assertThat(lines.get(2)).isEqualTo("{\"node\":\"node-1\",\"keys\":1}");
    assertThat(lines.get(3)).isEqualTo("{\"node\":\"node-2\"}");
    assertThat(lines.get(4)).isEqualTo(other.http().get("/storage/YQ").body());
    assertThat(lines.get(5)).isEqualTo("{\"node\":\"node-2\",\"keys\":1}");
    assertThat(lines.get(6))
        .startsWith("{\"node\":\"node-3\",\"error\":{\"code\":\"node_unreachable\"");
  }
}
