package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.DataSizeRange;
import io.dropwizard.validation.DurationRange;
import io.dynamokv.api.Limits;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.concurrent.TimeUnit;

/** The section {@code requests}: what clients may ask for, and how long it may take. */
public final class RequestsConfiguration {
  /** What the stored state of a key holds beside its values, generously: clocks and dots. */
  private static final long STATE_OVERHEAD_BYTES = 64 * 1024;

  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 600_000, unit = TimeUnit.MILLISECONDS)
  private Duration replicaTimeout = Duration.milliseconds(500);

  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 600_000, unit = TimeUnit.MILLISECONDS)
  private Duration requestTimeout = Duration.seconds(2);

  @JsonProperty
  @Min(1)
  @Max(1_000_000)
  private int maxInFlight = 4096;

  @JsonProperty
  @NotNull
  @DataSizeRange(min = 64, max = 1024 * 1024 * 1024, unit = DataSizeUnit.KIBIBYTES)
  private DataSize maxBodyBytesInFlight = DataSize.mebibytes(128);

  @JsonProperty
  @NotNull
  @DataSizeRange(min = 1, max = 64 * 1024, unit = DataSizeUnit.BYTES)
  private DataSize maxKeySize = DataSize.kibibytes(4);

  @JsonProperty
  @NotNull
  @DataSizeRange(min = 1, max = 64 * 1024 * 1024, unit = DataSizeUnit.BYTES)
  private DataSize maxValueSize = DataSize.mebibytes(1);

  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 3600, unit = TimeUnit.SECONDS)
  private Duration transferTimeout = Duration.seconds(60);

  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 600_000, unit = TimeUnit.MILLISECONDS)
  private Duration forwardTimeout = Duration.seconds(5);

  @JsonProperty
  @Min(1)
  @Max(100_000)
  private int maxForwardsInFlight = 1024;

  @JsonProperty private boolean dump = true;

  /** After so long without an answer another replica takes the place of a silent one. */
  public Duration replicaTimeout() {
    return replicaTimeout;
  }

  /** After so long the client is told that it took too long. */
  public Duration requestTimeout() {
    return requestTimeout;
  }

  /** The most requests under way at this node, whoever has brought them. */
  public int maxInFlight() {
    return maxInFlight;
  }

  /** The most bytes of bodies held at once; and, separately, of long answers. */
  public DataSize maxBodyBytesInFlight() {
    return maxBodyBytesInFlight;
  }

  public DataSize maxKeySize() {
    return maxKeySize;
  }

  public DataSize maxValueSize() {
    return maxValueSize;
  }

  /** How long a client may take to send a head, to send a body, and to take in an answer. */
  public Duration transferTimeout() {
    return transferTimeout;
  }

  /** How long a request may take that other nodes coordinate. */
  public Duration forwardTimeout() {
    return forwardTimeout;
  }

  /** The most requests under way that this node has others coordinate. */
  public int maxForwardsInFlight() {
    return maxForwardsInFlight;
  }

  /** Whether {@code /internal} is switched on. */
  public boolean dump() {
    return dump;
  }

  /** What a request may be, with so many replicas. */
  public Limits limits(int replicas) {
    return new Limits((int) maxKeySize.toBytes(), (int) maxValueSize.toBytes(), replicas);
  }

  /**
   * @param maxStateBytes the most bytes that a replica keeps for one key
   */
  public void check(Problems problems, long maxStateBytes) {
    problems.require(
        replicaTimeout.compareTo(requestTimeout) < 0,
        "requests.replicaTimeout",
        "must be less than requests.requestTimeout, "
            + requestTimeout
            + " (is "
            + replicaTimeout
            + ")");
    problems.require(
        forwardTimeout.compareTo(requestTimeout) > 0,
        "requests.forwardTimeout",
        "must be more than requests.requestTimeout, "
            + requestTimeout
            + " (is "
            + forwardTimeout
            + ")");
    long largestValue = maxStateBytes - STATE_OVERHEAD_BYTES;
    problems.require(
        maxValueSize.toBytes() <= largestValue,
        "requests.maxValueSize",
        "must be at most "
            + largestValue
            + " bytes, so that a value fits in the state of a key (is "
            + maxValueSize
            + ")");
    long largest = limits(1).maxBodyBytes();
    problems.require(
        maxBodyBytesInFlight.toBytes() >= largest,
        "requests.maxBodyBytesInFlight",
        "must hold the largest body, " + largest + " bytes (is " + maxBodyBytesInFlight + ")");
  }
}
