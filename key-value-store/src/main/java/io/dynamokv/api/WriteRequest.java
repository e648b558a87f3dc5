package io.dynamokv.api;

import io.dynamokv.ring.Key;
import org.jspecify.annotations.Nullable;

/**
 * A client writes a key. Immutable; the array is shared and must not be changed.
 *
 * @param value the value, or null to delete the key
 * @param fromVersion what the client has seen, as it was given; empty if nothing
 * @param minNumWrites how many replicas must have stored it, 1 to N; null for the configured number
 * @param strict whether they must be the key's own holders
 */
public record WriteRequest(
    Key key,
    byte @Nullable [] value,
    String fromVersion,
    @Nullable Integer minNumWrites,
    boolean strict) {}
