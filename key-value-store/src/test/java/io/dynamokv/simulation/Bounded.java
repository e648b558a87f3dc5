package io.dynamokv.simulation;

import io.dynamokv.replica.Replica;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.VectorClock;

/** A key's siblings, its bytes and its clock have limits. */
final class Bounded implements Invariant {
  @Override
  public void onStored(int node, KeyHistory key, KeyState state) {
    if (state.siblings().size() > KeyState.MAX_SIBLINGS
        || state.clock().entries().size() > VectorClock.MAX_ENTRIES
        || StateCodec.encode(state).length > Replica.MAX_STATE_BYTES) {
      throw violated(key, "beyond the limits: " + state);
    }
  }
}
