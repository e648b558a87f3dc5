package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.validation.DataSizeRange;
import io.dropwizard.validation.MinDataSize;
import io.dynamokv.storage.Durability;
import jakarta.validation.constraints.NotNull;

/** The section {@code storage}: how this node keeps its data. */
public final class StorageConfiguration {
  @JsonProperty @NotNull private Engine engine = Engine.JE;

  @JsonProperty @NotNull private Durability durability = Durability.SYNC;

  @JsonProperty
  @NotNull
  @DataSizeRange(min = 1, max = 1024 * 1024, unit = DataSizeUnit.MEBIBYTES)
  private DataSize cacheSize = DataSize.mebibytes(128);

  @JsonProperty
  @NotNull
  @MinDataSize(0)
  private DataSize minFreeDisk = DataSize.mebibytes(256);

  @JsonProperty
  @NotNull
  @DataSizeRange(min = 1, max = 1024 * 1024, unit = DataSizeUnit.MEBIBYTES)
  private DataSize maxMemory = DataSize.mebibytes(256);

  public Engine engine() {
    return engine;
  }

  public Durability durability() {
    return durability;
  }

  public DataSize cacheSize() {
    return cacheSize;
  }

  /** With less free space than this on its disk the node refuses writes. */
  public DataSize minFreeDisk() {
    return minFreeDisk;
  }

  /** With more data than this in memory the engine {@code memory} refuses writes. */
  public DataSize maxMemory() {
    return maxMemory;
  }

  /** What the data is kept in. */
  public enum Engine {
    /** Berkeley DB Java Edition, on disk. */
    JE,
    /** Memory: the data ends with the process. */
    MEMORY
  }
}
