/** A load generator: puts and gets over HTTP, throughput and latencies. */
@NullMarked
package io.dynamokv.bench;

import org.jspecify.annotations.NullMarked;
