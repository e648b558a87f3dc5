package io.dynamokv.storage;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;

/**
 * A note that another member may lack what this node has of a key. Immutable.
 *
 * @param holder who is owed it
 * @param sinceMs since when, in milliseconds since 1970 by this node's clock
 */
public record Hint(MemberId holder, Key key, long sinceMs) {
  /** How many bytes it takes, about. */
  public long bytes() {
    return (long) holder.value().length() + key.bytes().length + 2L * Long.BYTES;
  }
}
