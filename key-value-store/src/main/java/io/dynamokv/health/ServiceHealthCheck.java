package io.dynamokv.health;

import com.codahale.metrics.health.HealthCheck;
import io.dynamokv.node.KeyValueService;

/** Whether this node can serve: its storage takes writes, its threads live. Thread-safe. */
public final class ServiceHealthCheck extends HealthCheck {
  private final KeyValueService service;

  public ServiceHealthCheck(KeyValueService service) {
    this.service = service;
  }

  @Override
  protected Result check() {
    String failure = service.failure();
    return failure == null ? Result.healthy() : Result.unhealthy("%s", failure);
  }
}
