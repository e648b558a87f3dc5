package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * Where a member may be met. Immutable.
 *
 * @param id its name, if the provider knows it
 */
public record Contact(@Nullable MemberId id, String host, int messagingPort) {}
