package io.dynamokv.ring;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A key's bytes and its position on the ring. Immutable. Ordered by position, then by bytes, so
 * that a partition is a contiguous range.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 4.2, with 64 of MD5's 128 bits.
 */
public final class Key implements Comparable<Key> {
  private final byte[] bytes;
  private final long position;

  private Key(byte[] bytes, long position) {
    this.bytes = bytes;
    this.position = position;
  }

  /**
   * Computes the position of a key.
   *
   * @param bytes at least one byte; not copied, so the caller must not change it afterwards
   * @throws IllegalArgumentException if the key is empty
   */
  public static Key of(byte[] bytes) {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("a key has at least one byte");
    }
    return new Key(bytes, ByteBuffer.wrap(DigestUtils.md5(bytes)).getLong());
  }

  /** The key's own bytes; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** The first 8 bytes of MD5(key), big-endian; to be read as unsigned. */
  public long position() {
    return position;
  }

  @Override
  public int compareTo(Key other) {
    int order = Long.compareUnsigned(position, other.position);
    return order != 0 ? order : Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key key && position == key.position && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(position);
  }

  /** The position in hexadecimal: enough to find a key, without showing what it says. */
  @Override
  public String toString() {
    return "key@" + Long.toHexString(position);
  }
}
