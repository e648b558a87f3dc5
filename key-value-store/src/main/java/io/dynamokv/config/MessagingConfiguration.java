package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.DataSizeRange;
import io.dropwizard.validation.DurationRange;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The section {@code messaging}: how this node talks with the other nodes. */
public final class MessagingConfiguration {
  /** What a message, or several together, hold beside keys and states, generously. */
  private static final long ENVELOPE_BYTES = 64 * 1024;

  @JsonProperty private @Nullable String bindHost;

  @JsonProperty
  @NotNull
  @DurationRange(min = 10, max = 60_000, unit = TimeUnit.MILLISECONDS)
  private Duration heartbeatInterval = Duration.milliseconds(250);

  @JsonProperty
  @NotNull
  @DurationRange(min = 50, max = 600_000, unit = TimeUnit.MILLISECONDS)
  private Duration suspectAfter = Duration.milliseconds(1500);

  @JsonProperty
  @Min(1)
  @Max(10_000_000)
  private int queueCount = 10_000;

  @JsonProperty
  @NotNull
  @DataSizeRange(min = 64, max = 16 * 1024 * 1024, unit = DataSizeUnit.KIBIBYTES)
  private DataSize queueSize = DataSize.mebibytes(32);

  @JsonProperty
  @NotNull
  @DataSizeRange(min = 64, max = 256 * 1024, unit = DataSizeUnit.KIBIBYTES)
  private DataSize maxFrameSize = DataSize.mebibytes(16);

  @JsonProperty
  @Min(1)
  @Max(100_000)
  private int batchCount = 256;

  @JsonProperty
  @NotNull
  @DataSizeRange(min = 1, max = 256 * 1024, unit = DataSizeUnit.KIBIBYTES)
  private DataSize batchSize = DataSize.mebibytes(4);

  @JsonProperty
  @NotNull
  @DurationRange(min = 10, max = 60_000, unit = TimeUnit.MILLISECONDS)
  private Duration writeTimeout = Duration.seconds(2);

  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 60_000, unit = TimeUnit.MILLISECONDS)
  private Duration minBackoff = Duration.milliseconds(100);

  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 600_000, unit = TimeUnit.MILLISECONDS)
  private Duration maxBackoff = Duration.seconds(2);

  /** Where to listen; null for the member's own host. */
  public @Nullable String bindHost() {
    return bindHost;
  }

  public Duration heartbeatInterval() {
    return heartbeatInterval;
  }

  /** After so long without a sign of life a member counts as unreachable. */
  public Duration suspectAfter() {
    return suspectAfter;
  }

  /** The most messages that wait for one peer. */
  public int queueCount() {
    return queueCount;
  }

  /** The most bytes that wait for one peer. */
  public DataSize queueSize() {
    return queueSize;
  }

  public DataSize maxFrameSize() {
    return maxFrameSize;
  }

  /** The most operations in one message. */
  public int batchCount() {
    return batchCount;
  }

  /** A message is sent when it holds so much, though more is waiting. */
  public DataSize batchSize() {
    return batchSize;
  }

  public Duration writeTimeout() {
    return writeTimeout;
  }

  public Duration minBackoff() {
    return minBackoff;
  }

  public Duration maxBackoff() {
    return maxBackoff;
  }

  /** Whether no other machine can reach the messaging port. */
  public boolean isOnLoopback(MemberConfiguration self) {
    return Hosts.isLoopback(bindHost == null ? self.host() : bindHost);
  }

  /**
   * @param maxStateBytes the most bytes that a replica keeps for one key, and so sends to another
   */
  public void check(Problems problems, RequestsConfiguration requests, long maxStateBytes) {
    problems.require(
        bindHost == null || Hosts.canBeConnectedTo(bindHost),
        "messaging.bindHost",
        "must be a host name or an address (is " + bindHost + ")");
    problems.require(
        suspectAfter.toNanoseconds() > 2 * heartbeatInterval.toNanoseconds(),
        "messaging.suspectAfter",
        "must be more than twice messaging.heartbeatInterval, "
            + heartbeatInterval
            + " (is "
            + suspectAfter
            + ")");
    problems.require(
        minBackoff.compareTo(maxBackoff) <= 0,
        "messaging.minBackoff",
        "must be at most messaging.maxBackoff, " + maxBackoff + " (is " + minBackoff + ")");
    problems.require(
        batchSize.toBytes() <= maxFrameSize.toBytes() - ENVELOPE_BYTES,
        "messaging.batchSize",
        "must be at most messaging.maxFrameSize less 64KiB, "
            + (maxFrameSize.toBytes() - ENVELOPE_BYTES)
            + " bytes (is "
            + batchSize
            + ")");
    long largest = maxStateBytes + requests.maxKeySize().toBytes() + ENVELOPE_BYTES;
    problems.require(
        maxFrameSize.toBytes() >= largest,
        "messaging.maxFrameSize",
        "must hold the largest state of a key, the largest key and 64KiB more, "
            + largest
            + " bytes (is "
            + maxFrameSize
            + ")");
  }
}
