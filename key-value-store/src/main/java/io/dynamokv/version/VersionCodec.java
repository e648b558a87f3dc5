package io.dynamokv.version;

import io.dynamokv.ring.Key;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import org.apache.commons.codec.digest.HmacAlgorithms;
import org.apache.commons.codec.digest.HmacUtils;

/**
 * The opaque string that clients carry: URL-safe Base64, without padding, of a format number, the
 * version, and a seal over these and the key. The seal is there because a version decides what a
 * write replaces: one that was cut short, mixed up or made up must not silently replace values that
 * its sender never saw. Another key's version would: counters run over all keys, so it covers
 * whatever was written before it, everywhere. Thread-safe.
 */
public final class VersionCodec {
  /**
   * The longest version string, in characters: enough to name all siblings of eight replicas that
   * have the most they may have, and none in common.
   */
  public static final int MAX_LENGTH = 32_768;

  private static final byte FORMAT = 1;
  private static final int SEAL_LENGTH = 8;

  /** Only ever cloned: to look one up and give it the key costs more than to use it. */
  private final Mac sealer;

  /**
   * @param secret what all nodes of a cluster share, and nobody else; may be empty where nobody
   *     else can reach the nodes
   */
  public VersionCodec(String secret) {
    byte[] sealKey = ("version/" + secret).getBytes(StandardCharsets.UTF_8);
    this.sealer = HmacUtils.getInitializedMac(HmacAlgorithms.HMAC_SHA_256, sealKey);
  }

  /** The string of a version of a key; empty for {@link Version#NONE}. */
  public String encode(Key key, Version version) {
    if (version.equals(Version.NONE)) {
      return "";
    }
    byte[] body = VersionBytes.encode(version);
    byte[] sealed = new byte[1 + body.length + SEAL_LENGTH];
    sealed[0] = FORMAT;
    System.arraycopy(body, 0, sealed, 1, body.length);
    System.arraycopy(seal(key, sealed), 0, sealed, 1 + body.length, SEAL_LENGTH);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
  }

  /**
   * The version of a key that a string says; {@link Version#NONE} for the empty one.
   *
   * @throws MalformedStateException if it is not, to the letter, a string that a node of this
   *     cluster has made for this key
   */
  public Version decode(Key key, String text) {
    if (text.isEmpty()) {
      return Version.NONE;
    }
    if (text.length() > MAX_LENGTH) {
      throw new MalformedStateException("longer than " + MAX_LENGTH + " characters");
    }
    byte[] sealed = base64(text);
    if (sealed.length <= 1 + SEAL_LENGTH || sealed[0] != FORMAT) {
      throw new MalformedStateException("not a version of this key in this cluster");
    }
    int bodyEnd = sealed.length - SEAL_LENGTH;
    byte[] claimed = Arrays.copyOfRange(sealed, bodyEnd, sealed.length);
    if (!MessageDigest.isEqual(claimed, seal(key, sealed))) {
      throw new MalformedStateException("not a version of this key in this cluster");
    }
    return VersionBytes.decode(Arrays.copyOfRange(sealed, 1, bodyEnd));
  }

  /** The key's length comes first, so that no key and version can pass for others. */
  private byte[] seal(Key key, byte[] sealed) {
    int bodyEnd = sealed.length - SEAL_LENGTH;
    byte[] keyBytes = key.bytes();
    ByteBuffer message = ByteBuffer.allocate(Integer.BYTES + keyBytes.length + bodyEnd);
    message.putInt(keyBytes.length).put(keyBytes).put(sealed, 0, bodyEnd);
    try {
      Mac mac = (Mac) sealer.clone();
      return Arrays.copyOf(mac.doFinal(message.array()), SEAL_LENGTH);
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(
          "this Java's " + sealer.getAlgorithm() + " can not be copied", e);
    }
  }

  private static byte[] base64(String text) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      // Several strings decode to the same bytes; only the one that was given out is accepted.
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      throw new MalformedStateException("not a version of this key in this cluster", e);
    }
    throw new MalformedStateException("not a version of this key in this cluster");
  }
}
