package io.dynamokv.transport;

import com.google.protobuf.ByteString;

/**
 * The bounds of what a node sends and of what it accepts. Immutable. Nodes of one cluster should
 * have the same, since a node refuses a whole envelope in which something is beyond its own.
 *
 * @param maxKeyBytes the longest key
 * @param maxOperations the most operations in an envelope
 * @param maxFrameBytes the largest envelope; with it the largest state that can travel
 */
public record WireLimits(int maxKeyBytes, int maxOperations, int maxFrameBytes) {
  /** The longest request id and the longest cluster name, in characters. */
  public static final int MAX_TEXT_LENGTH = 256;

  /** Keys of 4 KiB, 1024 operations, 16 MiB. */
  public static final WireLimits DEFAULT = new WireLimits(4 << 10, 1024, 16 << 20);

  /** What an envelope has besides its operations: version, sender and their tags. */
  private static final int ENVELOPE_BYTES = 128;

  /** The most places of a hash tree, and the most keys, in one comparison. */
  public static final int MAX_COMPARED = 4096;

  private static final int SMALLEST_FRAME_BYTES = 4 << 10;

  /**
   * @throws IllegalArgumentException if a limit is not positive, or a frame can not hold a key
   */
  public WireLimits {
    if (maxKeyBytes < 1 || maxOperations < 1) {
      throw new IllegalArgumentException(
          "limits of the wire are at least 1: " + maxKeyBytes + ", " + maxOperations);
    }
    if (maxFrameBytes < SMALLEST_FRAME_BYTES || maxFrameBytes / 2 < maxKeyBytes) {
      throw new IllegalArgumentException(
          "a frame has at least 4 KiB, and twice the longest key: " + maxFrameBytes);
    }
  }

  /**
   * @throws WireFormatException unless a key may have so many bytes
   */
  void checkKey(int length) throws WireFormatException {
    if (length < 1 || length > maxKeyBytes) {
      throw new WireFormatException(
          "a key of " + length + " bytes; it may have 1 to " + maxKeyBytes);
    }
  }

  /**
   * The bytes of a key that has arrived.
   *
   * @throws WireFormatException unless a key may have so many
   */
  byte[] toKey(ByteString key) throws WireFormatException {
    checkKey(key.size());
    return key.toByteArray();
  }

  /**
   * @throws WireFormatException if a text is too long
   */
  static String checkText(String text) throws WireFormatException {
    if (text.length() > MAX_TEXT_LENGTH) {
      throw new WireFormatException(
          "a text of " + text.length() + " characters; it may have " + MAX_TEXT_LENGTH);
    }
    return text;
  }

  /** The most bytes that operations may take in an envelope, all together. */
  public int maxOperationBytes() {
    return maxFrameBytes - ENVELOPE_BYTES;
  }
}
