package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * Where a member may be met. Immutable.
 *
 * @param id its name, if the provider knows it
 * @param isFailing whether the provider finds it in bad health
 */
public record Contact(@Nullable MemberId id, String host, int messagingPort, boolean isFailing) {

  /** Of whose health nothing is known. */
  public Contact(@Nullable MemberId id, String host, int messagingPort) {
    this(id, host, messagingPort, false);
  }
}
