package io.dynamokv.transport.activemq;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.WireLimits;
import java.time.Duration;
import java.util.Map;

/**
 * What a node needs to know to talk to its peers. Immutable; safe to print.
 *
 * @param self this node's name
 * @param bind where to open the door; {@code 0.0.0.0} is every interface
 * @param peers every other member of the cluster that is known at the start
 * @param secret the same on every member
 * @param limits the bounds of messages
 * @param queues the bounds of what waits to be sent to one peer
 * @param timing how long things may take
 * @param maxStrangers the most callers at the door at a time that have not yet proved to be
 *     members; more than there are peers, since all of these may call at once
 */
public record ActiveMqTransportSettings(
    MemberId self,
    MemberAddress bind,
    Map<MemberId, MemberAddress> peers,
    ClusterSecret secret,
    WireLimits limits,
    Queues queues,
    Timing timing,
    int maxStrangers) {

  /** Room is made for so many peers, since others may become members. */
  private static final int EXPECTED_PEERS = 64;

  /**
   * @throws IllegalArgumentException if the settings contradict each other or are out of range
   */
  public ActiveMqTransportSettings {
    peers = Map.copyOf(peers);
    if (peers.containsKey(self)) {
      throw new IllegalArgumentException(self + " is named as a peer of itself");
    }
    if (maxStrangers <= peers.size()) {
      throw new IllegalArgumentException(
          maxStrangers + " strangers are too few for " + peers.size() + " peers");
    }
    if (queues.batchMessages() > limits.maxOperations()
        || queues.batchBytes() > limits.maxOperationBytes()) {
      throw new IllegalArgumentException("a batch is larger than an envelope may be: " + queues);
    }
  }

  /** Everything that has a default at its default. */
  public static ActiveMqTransportSettings withDefaults(
      MemberId self, MemberAddress bind, Map<MemberId, MemberAddress> peers, ClusterSecret secret) {
    return new ActiveMqTransportSettings(
        self,
        bind,
        peers,
        secret,
        WireLimits.DEFAULT,
        Queues.DEFAULT,
        Timing.DEFAULT,
        defaultMaxStrangers(peers.size()));
  }

  /** All peers, twice, and some that do not know better. */
  public static int defaultMaxStrangers(int peers) {
    return 2 * peers + 32;
  }

  /**
   * The most connections, whoever has them: members have one for each lane, strangers their places.
   * The rest is for those that have been shown out already and are still being taken down.
   */
  int maxConnections() {
    int members = Math.max(peers.size(), EXPECTED_PEERS);
    return 4 * (Lane.values().length * members + maxStrangers);
  }

  /**
   * The bounds of what waits to be sent to one peer; what is beyond them is refused.
   *
   * @param messages the most messages that wait
   * @param bytes the most bytes that wait
   * @param batchMessages the most messages that travel together
   * @param batchBytes the most bytes that travel together; a larger message travels alone
   */
  public record Queues(int messages, long bytes, int batchMessages, int batchBytes) {
    /** 10,000 messages, 32 MiB; 256 messages and 4 MiB at a time. */
    public static final Queues DEFAULT = new Queues(10_000, 32L << 20, 256, 4 << 20);

    public Queues {
      if (messages < 1 || bytes < 1 || batchMessages < 1 || batchBytes < 1) {
        throw new IllegalArgumentException("the bounds of a queue are at least 1");
      }
    }
  }

  /**
   * How long things may take. All positive; to the millisecond.
   *
   * @param connect for making a link: the connection, and each answer needed for it
   * @param write for handing one batch to the network; then the link is given up
   * @param handshake for a caller at the door to prove who it is
   * @param idle for a link without a sign of life (both ends send one when they have nothing else)
   * @param firstRetry before a lost link is tried again; doubled each time
   * @param lastRetry the longest wait before a lost link is tried again
   */
  public record Timing(
      Duration connect,
      Duration write,
      Duration handshake,
      Duration idle,
      Duration firstRetry,
      Duration lastRetry) {
    /** 2 s, 2 s, 3 s and 10 s; tried again after 100 ms to 2 s. */
    public static final Timing DEFAULT =
        new Timing(
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofSeconds(10),
            Duration.ofMillis(100),
            Duration.ofSeconds(2));

    public Timing {
      checkPositive("connect", connect);
      checkPositive("write", write);
      checkPositive("handshake", handshake);
      checkPositive("idle", idle);
      checkPositive("firstRetry", firstRetry);
      checkPositive("lastRetry", lastRetry);
      if (lastRetry.compareTo(firstRetry) < 0) {
        throw new IllegalArgumentException(
            "lastRetry is shorter than firstRetry: " + lastRetry + ", " + firstRetry);
      }
    }

    private static void checkPositive(String name, Duration duration) {
      if (duration.toMillis() < 1 || duration.toMillis() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(name + " is at least 1 ms: " + duration);
      }
    }
  }
}
