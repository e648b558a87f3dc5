package io.dynamokv.api;

import io.dynamokv.ring.Key;
import org.jspecify.annotations.Nullable;

/**
 * A client asks for a key. Immutable.
 *
 * @param minNumReads how many replicas must answer, 1 to N; null for the configured number
 * @param strict whether they must be the key's own holders
 */
public record ReadRequest(Key key, @Nullable Integer minNumReads, boolean strict) {}
