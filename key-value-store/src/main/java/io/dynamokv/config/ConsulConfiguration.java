package io.dynamokv.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.DurationRange;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/**
 * The section {@code membership.consul}: where members are found, for the provider of that name.
 */
public final class ConsulConfiguration {
  @JsonProperty @NotBlank private String url = "http://127.0.0.1:8500";

  @JsonProperty @NotBlank private String service = "dynamo";

  @JsonProperty @NotNull private String token = "";

  @JsonProperty
  @NotNull
  @DurationRange(min = 1, max = 3600, unit = TimeUnit.SECONDS)
  private Duration checkInterval = Duration.seconds(5);

  @JsonProperty
  @NotNull
  @DurationRange(min = 60, max = 30 * 24 * 3600, unit = TimeUnit.SECONDS)
  private Duration deregisterAfter = Duration.minutes(10);

  /** The HTTP interface of the Consul agent on this machine. */
  public URI url() {
    return URI.create(url);
  }

  /** The name under which all nodes register. */
  public String service() {
    return service;
  }

  /** Empty where Consul has no ACLs. */
  public String token() {
    return token;
  }

  /** How often Consul asks for this node's health. */
  public Duration checkInterval() {
    return checkInterval;
  }

  /** How long a node may be in bad health before Consul forgets it. */
  public Duration deregisterAfter() {
    return deregisterAfter;
  }

  void check(Problems problems) {
    problems.require(
        url.matches("https?://[^\\s/?#@]+(/[^\\s?#@]*)?"),
        "membership.consul.url",
        "must be like http://127.0.0.1:8500 (is " + url + ")");
    problems.require(
        service.matches("[A-Za-z0-9-]{1,63}"),
        "membership.consul.service",
        "must have 1 to 63 letters, digits or dashes (is " + service + ")");
    problems.require(
        token.matches("[!-~]*"),
        "membership.consul.token",
        "must have visible ASCII characters only, without spaces or line ends");
  }
}
