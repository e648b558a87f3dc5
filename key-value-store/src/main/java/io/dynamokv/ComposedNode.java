package io.dynamokv;

import io.dropwizard.lifecycle.Managed;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.resources.RingFacts;
import io.dynamokv.ring.Ring;
import java.util.function.Function;

/**
 * A node that has been put together.
 *
 * @param service what the edge asks
 * @param rings what the cluster's description says of a ring
 * @param lifecycle started before the first request is taken, stopped after the last one has ended
 */
public record ComposedNode(
    KeyValueService service, Function<Ring, RingFacts> rings, Managed lifecycle) {}
