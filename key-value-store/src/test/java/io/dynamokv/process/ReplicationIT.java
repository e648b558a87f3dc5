package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.process.StorageClient.Answer;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes, three replicas, all up. */
class ReplicationIT {
  private static LocalCluster cluster;

  @BeforeAll
  static void start(@TempDir Path data) throws Exception {
    cluster = LocalCluster.start(3, 3, data);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void what_one_node_took_every_node_has() throws Exception {
    Answer written = cluster.client(1).put("greeting", "hello", "", 3);
    assertThat(written.status()).isEqualTo(200);
    for (int node = 1; node <= 3; node++) {
      Answer read = cluster.client(node).get("greeting", 3);
      assertThat(read.values()).containsExactly("hello");
      assertThat(read.version()).isEqualTo(written.version());
    }
  }

  @Test
  void a_write_follows_from_a_read_through_any_node() throws Exception {
    cluster.client(1).put("counter", "1", "", 3);
    Answer first = cluster.client(2).get("counter", 2);
    Answer second = cluster.client(3).put("counter", "2", first.version(), 3);
    assertThat(second.status()).isEqualTo(200);
    assertThat(cluster.client(1).get("counter", 3).values()).containsExactly("2");
  }

  @Test
  void an_old_version_is_refused_and_changes_nothing() throws Exception {
    Answer first = cluster.client(1).put("stale", "old", "", 3);
    cluster.client(1).put("stale", "new", first.version(), 3);
    for (String version : new String[] {first.version(), ""}) {
      Answer refused = cluster.client(2).put("stale", "wrong", version, 1);
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.body().path("success").asBoolean(true)).isFalse();
      assertThat(refused.errorCode()).isNotEmpty();
    }
    assertThat(cluster.client(3).get("stale", 3).values()).containsExactly("new");
  }

  @Test
  void a_key_may_hold_any_byte() throws Exception {
    byte[] key = new byte[256];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    assertThat(cluster.client(1).put(key, "all", "", 3).status()).isEqualTo(200);
    String standard = Base64.getEncoder().encodeToString(key);
    assertThat(standard).contains("/", "+", "=");
    for (String path :
        new String[] {
          standard,
          standard.replace("=", ""),
          standard.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D"),
          Base64.getUrlEncoder().encodeToString(key),
          Base64.getUrlEncoder().withoutPadding().encodeToString(key)
        }) {
      assertThat(cluster.client(2).get(path).values()).as(path).containsExactly("all");
    }
  }

  @Test
  void a_key_of_slashes_alone_works() throws Exception {
    byte[] key = Base64.getDecoder().decode("////");
    cluster.client(1).put(key, "slashes", "", 3);
    assertThat(cluster.client(3).get("////").values()).containsExactly("slashes");
  }

  @Test
  void an_empty_key_is_refused() throws Exception {
    assertThat(cluster.client(1).get("").status()).isEqualTo(400);
    assertThat(cluster.client(1).put("", "nothing", "", 1).status()).isEqualTo(400);
  }

  @Test
  void a_deleted_key_has_a_version_and_no_values() throws Exception {
    Answer written = cluster.client(1).put("gone", "here", "", 3);
    Answer deleted = cluster.client(2).put("gone", "", written.version(), 3);
    assertThat(deleted.status()).isEqualTo(200);
    Answer read = cluster.client(3).get("gone", 3);
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.values()).isEmpty();
    assertThat(read.version()).isEqualTo(deleted.version());
    Answer again = cluster.client(1).put("gone", "back", deleted.version(), 3);
    assertThat(again.status()).isEqualTo(200);
  }

  @Test
  void a_key_never_written_has_no_version() throws Exception {
    Answer read = cluster.client(1).get("never", 3);
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.version()).isEmpty();
    assertThat(read.values()).isEmpty();
  }
}
