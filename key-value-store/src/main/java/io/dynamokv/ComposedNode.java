package io.dynamokv;

import io.dropwizard.lifecycle.Managed;
import io.dynamokv.node.KeyValueService;

/**
 * A node that has been put together.
 *
 * @param service what the edge asks
 * @param lifecycle started before the first request is taken, stopped after the last one has ended
 * @param served run when everything has started, and requests are taken
 */
public record ComposedNode(KeyValueService service, Managed lifecycle, Runnable served) {
  /** One that does not want to know when it serves. */
  public ComposedNode(KeyValueService service, Managed lifecycle) {
    this(service, lifecycle, () -> {});
  }
}
