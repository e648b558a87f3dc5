package io.dynamokv.bench;

/**
 * What to drive a cluster with. Immutable.
 *
 * @param host where the node listens
 * @param port its HTTP port
 * @param connections how many requests are under way at once
 * @param keys how many keys, spread over the connections; at least one each
 * @param valueBytes length of a value
 * @param warmupSeconds load before each measurement, not counted
 * @param seconds length of each measurement
 * @param ratePerSecond requests a second over all connections; 0 for as fast as it goes
 */
public record Load(
    String host,
    int port,
    int connections,
    int keys,
    int valueBytes,
    int warmupSeconds,
    int seconds,
    int ratePerSecond) {
  public Load {
    if (keys < connections) {
      throw new IllegalArgumentException("there must be at least as many keys as connections");
    }
  }

  /** What a connection does over and over. */
  public enum Operation {
    /** Replaces the value of one of the connection's own keys, from the version it last got. */
    PUT,
    /** Reads any key. */
    GET,
    /** One or the other, at even chances. */
    MIXED
  }
}
