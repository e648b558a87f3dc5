package io.dynamokv.simulation;

import io.dynamokv.version.KeyState;
import io.dynamokv.version.VectorClock;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Whatever a version covers is either returned with it or was overwritten by someone who had seen
 * it. Held against every state that a replica ever has, every GET, and every version that a PUT
 * returns.
 */
final class NoSilentClobber implements Invariant {
  @Override
  public void onStored(int node, KeyHistory key, KeyState state) {
    check("node-" + (node + 1), key, state.clock(), key.historyOf(state));
  }

  @Override
  public void onAnswered(Operation operation) {
    KeyState found = operation.found;
    if (found != null) {
      KeyHistory key = operation.key;
      check(operation + "'s answer", key, found.clock(), key.historyOf(found));
    }
    KeyHistory.Written written = operation.written;
    if (operation.version != null && written != null) {
      check(operation + "'s version", operation.key, operation.version.clock(), written.history);
    }
  }

  @Override
  public void onFinal(KeyHistory key, KeyState state) {
    check("the final state", key, state.clock(), key.historyOf(state));
  }

  private void check(String whose, KeyHistory key, VectorClock clock, BitSet history) {
    KeyHistory.@Nullable Written lost = key.unaccounted(clock, history);
    if (lost != null) {
      throw violated(
          key,
          whose
              + " covers "
              + lost
              + ", does not hold it, and nobody who overwrote it had seen it");
    }
  }
}
