package io.dynamokv.api;

import io.dynamokv.version.VersionCodec;

/**
 * What a request may be. Immutable.
 *
 * @param maxKeyBytes the longest key
 * @param maxValueBytes the longest value
 * @param replicas N: the most replicas that a request can wait for
 */
public record Limits(int maxKeyBytes, int maxValueBytes, int replicas) {
  /** Room for the names of the fields, white space and escapes. */
  private static final int SLACK_BYTES = 4096;

  /** The longest body that a request within the limits needs, in bytes. */
  public int maxBodyBytes() {
    return base64Length(maxKeyBytes)
        + base64Length(maxValueBytes)
        + VersionCodec.MAX_LENGTH
        + SLACK_BYTES;
  }

  private static int base64Length(int bytes) {
    return (bytes + 2) / 3 * 4;
  }
}
