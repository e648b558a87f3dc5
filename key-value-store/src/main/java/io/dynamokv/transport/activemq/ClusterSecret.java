package io.dynamokv.transport.activemq;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dynamokv.ring.MemberId;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What all members of a cluster know and nobody else. Immutable; never printed, and never sent: a
 * connection shows an HMAC-SHA256 of who calls whom. Such a proof is good for one direction between
 * two members only, but whoever can read it on the network can show it again: without TLS this
 * keeps strangers out, not eavesdroppers.
 */
public final class ClusterSecret {
  /** The shortest secret, in characters. */
  public static final int MIN_LENGTH = 16;

  /** Stands for whoever is called, if the caller does not know its name. */
  static final MemberId ANYONE = MemberId.NOBODY;

  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  /**
   * @throws IllegalArgumentException if the secret is shorter than {@value #MIN_LENGTH} characters
   */
  public ClusterSecret(String secret) {
    if (secret.length() < MIN_LENGTH) {
      throw new IllegalArgumentException(
          "the cluster's secret has at least " + MIN_LENGTH + " characters");
    }
    this.key = new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM);
  }

  /** What a member shows when it connects to another. */
  String proof(MemberId from, MemberId to) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      String claim = "dynamo-kv messaging\n" + from.value() + "\n" + to.value();
      return HexFormat.of().formatHex(mac.doFinal(claim.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /** Takes as long for a wrong proof as for a right one of the same length. */
  boolean isProof(String shown, MemberId from, MemberId to) {
    return MessageDigest.isEqual(shown.getBytes(UTF_8), proof(from, to).getBytes(UTF_8));
  }

  @Override
  public String toString() {
    return "(secret)";
  }
}
