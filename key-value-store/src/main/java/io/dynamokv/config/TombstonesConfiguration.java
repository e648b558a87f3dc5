package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.DurationRange;
import jakarta.validation.constraints.NotNull;
import java.util.concurrent.TimeUnit;

/** The section {@code tombstones}: when what is left of deleted keys is removed. */
public final class TombstonesConfiguration {
  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 10 * 365 * 24 * 3600, unit = TimeUnit.SECONDS)
  private Duration minAge = Duration.days(10);

  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 30 * 24 * 3600, unit = TimeUnit.SECONDS)
  private Duration interval = Duration.hours(1);

  /** For how long a key has been deleted before its tombstone is removed. */
  public Duration minAge() {
    return minAge;
  }

  /** From one look for such tombstones to the next. */
  public Duration interval() {
    return interval;
  }
}
