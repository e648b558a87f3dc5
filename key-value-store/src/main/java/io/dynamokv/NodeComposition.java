package io.dynamokv;

import com.codahale.metrics.MetricRegistry;

/** Puts a node together from its configuration. */
public interface NodeComposition {
  ComposedNode compose(DynamoKvConfiguration configuration, MetricRegistry metrics);
}
