package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.process.StorageClient.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Keys that are written to a cluster once, and must be there whatever becomes of it. */
record Keys(LocalCluster cluster, int count) {
  /** Writes them through one node after the other, to two replicas each. */
  void write() throws IOException {
    for (int i = 0; i < count; i++) {
      int node = cluster.nodes().get(i % cluster.size());
      assertThat(cluster.client(node).put("key" + i, "value" + i, "", 2).status()).isEqualTo(200);
    }
  }

  /** Reads each from so many of its own holders, by a request to one node. */
  void assertAllAreAt(int node, int reads) throws IOException {
    for (int i = 0; i < count; i++) {
      String key =
          Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(("key" + i).getBytes(StandardCharsets.UTF_8));
      Answer answer = cluster.client(node).get(key + "?strict=true&minNumReads=" + reads);
      assertThat(answer.values()).as("key%d at node-%d", i, node).containsExactly("value" + i);
    }
  }
}
