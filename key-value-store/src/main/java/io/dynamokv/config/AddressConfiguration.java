package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/** The section {@code membership.self}: how the others reach this node. */
public class AddressConfiguration {
  @JsonProperty @NotBlank private String host = "127.0.0.1";

  @JsonProperty
  @Min(1)
  @Max(65535)
  private int httpPort = 8080;

  @JsonProperty
  @Min(1)
  @Max(65535)
  private int adminPort = 8081;

  @JsonProperty
  @Min(1)
  @Max(65535)
  private int messagingPort = 8082;

  @JsonProperty
  @NotNull
  @Size(max = 64)
  private String rack = "";

  @JsonProperty
  @NotNull
  @Size(max = 64)
  private String datacenter = "";

  AddressConfiguration() {}

  AddressConfiguration(AddressConfiguration other) {
    host = other.host;
    httpPort = other.httpPort;
    adminPort = other.adminPort;
    messagingPort = other.messagingPort;
    rack = other.rack;
    datacenter = other.datacenter;
  }

  public final String host() {
    return host;
  }

  public final int httpPort() {
    return httpPort;
  }

  public final int adminPort() {
    return adminPort;
  }

  public final int messagingPort() {
    return messagingPort;
  }

  final String rack() {
    return rack;
  }

  final String datacenter() {
    return datacenter;
  }

  /** Whether the node can only be reached from its own machine. */
  final boolean isLoopback() {
    return Hosts.isLoopback(host);
  }
}
