package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dynamokv.membership.Member;
import io.dynamokv.ring.MemberId;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;

/** An entry of {@code membership.members}: how a node is reached. */
public final class MemberConfiguration {
  @JsonProperty
  @NotNull
  @Pattern(regexp = "[A-Za-z0-9._-]{1,64}")
  private String id = "";

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

  @JsonProperty @NotNull private String rack = "";

  @JsonProperty @NotNull private String datacenter = "";

  public String id() {
    return id;
  }

  public String host() {
    return host;
  }

  public int httpPort() {
    return httpPort;
  }

  public int adminPort() {
    return adminPort;
  }

  public int messagingPort() {
    return messagingPort;
  }

  /** Whether the node can only be reached from its own machine. */
  boolean isLoopback() {
    return Hosts.isLoopback(host);
  }

  /** The same as the rest of the program knows it. */
  public Member toMember() {
    return new Member(new MemberId(id), host, httpPort, adminPort, messagingPort, rack, datacenter);
  }
}
