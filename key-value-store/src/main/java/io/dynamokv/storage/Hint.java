package io.dynamokv.storage;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;

/**
 * A note that another member may lack what this node has of a key. Immutable.
 *
 * @param holder who is owed it
 * @param sinceMs since when, in milliseconds since 1970 by this node's clock
 * @param stateBytes how many bytes of state are here for its sake alone, about; 0 if this node
 *     holds the key itself
 */
public record Hint(MemberId holder, Key key, long sinceMs, int stateBytes) {
  /** A hint about a key that this node holds itself. */
  public Hint(MemberId holder, Key key, long sinceMs) {
    this(holder, key, sinceMs, 0);
  }

  /** How many bytes it takes, about, together with what is here for its sake alone. */
  public long bytes() {
    return (long) holder.value().length() + key.bytes().length + 2L * Long.BYTES + stateBytes;
  }

  /** This hint when another about the same is taken: as old as it was, with the larger state. */
  public Hint with(Hint later) {
    return new Hint(holder, key, sinceMs, Math.max(stateBytes, later.stateBytes));
  }
}
