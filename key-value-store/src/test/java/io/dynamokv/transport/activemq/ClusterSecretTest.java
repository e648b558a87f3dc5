package io.dynamokv.transport.activemq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dynamokv.ring.MemberId;
import org.junit.jupiter.api.Test;

class ClusterSecretTest {
  private static final MemberId A = new MemberId("node-a");
  private static final MemberId B = new MemberId("node-b");

  private final ClusterSecret secret = new ClusterSecret("sixteen letters!");

  /** Nodes of different releases must agree on it. */
  @Test
  void a_proof_is_this_hmac() {
    assertThat(secret.proof(A, B))
        .isEqualTo("95b33b17c5e4143ae52e8b135e909d001ee73287fc8b42b9c050e6c888545833");
  }

  @Test
  void a_proof_is_good_for_its_secret_and_its_direction_only() {
    String proof = secret.proof(A, B);

    assertThat(secret.isProof(proof, A, B)).isTrue();
    assertThat(secret.isProof(proof, B, A)).isFalse();
    assertThat(secret.isProof(proof, A, A)).isFalse();
    assertThat(secret.isProof("", A, B)).isFalse();
    assertThat(secret.isProof("é" + proof, A, B)).isFalse();
    assertThat(new ClusterSecret("sixteen letters?").isProof(proof, A, B)).isFalse();
  }

  @Test
  void a_secret_is_long_enough_and_never_printed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ClusterSecret("fifteen letters"))
        .withMessageContaining("at least 16")
        .withMessageNotContaining("fifteen");
    assertThat(secret.toString()).doesNotContain("sixteen");
  }
}
