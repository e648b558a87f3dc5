package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.DurationRange;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.concurrent.TimeUnit;

/** The section {@code antiEntropy}: how copies are compared when nobody reads them. */
public final class AntiEntropyConfiguration {
  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 30 * 24 * 3600, unit = TimeUnit.SECONDS)
  private Duration interval = Duration.seconds(60);

  @JsonProperty
  @Min(1)
  @Max(1_000_000)
  private int keysPerSecond = 10_000;

  /** From the beginning of one round to the next. */
  public Duration interval() {
    return interval;
  }

  /** How many differing keys are moved in a second. */
  public int keysPerSecond() {
    return keysPerSecond;
  }
}
