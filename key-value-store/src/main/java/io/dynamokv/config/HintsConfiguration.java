package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.DataSizeRange;
import io.dropwizard.validation.DurationRange;
import jakarta.validation.constraints.NotNull;
import java.util.concurrent.TimeUnit;

/** The section {@code hints}: what this node keeps for others that can not be reached. */
public final class HintsConfiguration {
  @JsonProperty
  @NotNull
  @DataSizeRange(min = 1, max = 1024 * 1024, unit = DataSizeUnit.MEBIBYTES)
  private DataSize maxSize = DataSize.gibibytes(1);

  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 365 * 24 * 60, unit = TimeUnit.MINUTES)
  private Duration maxAge = Duration.hours(24);

  /** How much is kept; beyond, this node stands in for nobody. */
  public DataSize maxSize() {
    return maxSize;
  }

  /** How long it is kept for one that does not come back, before others are brought it. */
  public Duration maxAge() {
    return maxAge;
  }
}
