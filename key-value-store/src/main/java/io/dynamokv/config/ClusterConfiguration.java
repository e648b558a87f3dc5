package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

/** The section {@code cluster}: what must be the same on every node. */
public final class ClusterConfiguration {
  /** The shortest secret, in characters. */
  public static final int MIN_SECRET_LENGTH = 16;

  @JsonProperty
  @NotNull
  @Pattern(regexp = "[A-Za-z0-9._-]{1,64}")
  private String name = "dynamo";

  @JsonProperty @NotNull private String secret = "";

  @JsonProperty
  @Min(1)
  @Max(65536)
  private int partitions = 1024;

  @JsonProperty
  @Min(1)
  @Max(64)
  private int replicas = 3;

  @JsonProperty
  @Min(1)
  private @Nullable Integer reads;

  @JsonProperty
  @Min(1)
  private @Nullable Integer writes;

  public String name() {
    return name;
  }

  /** What only the nodes of this cluster know; empty only if all of them are on one machine. */
  public String secret() {
    return secret;
  }

  /** P, a power of two. */
  public int partitions() {
    return partitions;
  }

  /** N. */
  public int replicas() {
    return replicas;
  }

  /** r, for requests that do not say. */
  public int reads() {
    return reads == null ? majority() : reads;
  }

  /** w, for requests that do not say. */
  public int writes() {
    return writes == null ? majority() : writes;
  }

  private int majority() {
    return replicas / 2 + 1;
  }

  public void check(Problems problems) {
    problems.require(
        Integer.bitCount(partitions) == 1,
        "cluster.partitions",
        "must be a power of two (is " + partitions + ")");
    problems.require(reads() <= replicas, "cluster.reads", beyondReplicas(reads()));
    problems.require(writes() <= replicas, "cluster.writes", beyondReplicas(writes()));
    problems.require(
        secret.isEmpty() || secret.length() >= MIN_SECRET_LENGTH,
        "cluster.secret",
        "must have at least " + MIN_SECRET_LENGTH + " characters (has " + secret.length() + ")");
  }

  private String beyondReplicas(int number) {
    return "must be at most cluster.replicas, " + replicas + " (is " + number + ")";
  }
}
