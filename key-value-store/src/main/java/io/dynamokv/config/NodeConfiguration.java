package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;

/** The section {@code node}: who this node is. */
public final class NodeConfiguration {
  @JsonProperty
  @NotBlank
  @Pattern(regexp = MemberConfiguration.ID)
  private String id = "";

  @JsonProperty @NotBlank private String directory = "";

  /** The name of the member that this node is. */
  public String id() {
    return id;
  }

  /** Where the node keeps everything: {@code db/}, {@code log/} and {@code pid}. */
  public Path directory() {
    return Path.of(directory);
  }
}
