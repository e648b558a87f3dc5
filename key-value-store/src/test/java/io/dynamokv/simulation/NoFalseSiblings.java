package io.dynamokv.simulation;

import io.dynamokv.version.KeyState;
import io.dynamokv.version.Sibling;

/** While clocks are not trimmed, no returned value is an ancestor of another. */
final class NoFalseSiblings implements Invariant {
  @Override
  public void onAnswered(Operation operation) {
    KeyState found = operation.found;
    if (found != null) {
      check(operation.key, found);
    }
  }

  @Override
  public void onFinal(KeyHistory key, KeyState state) {
    check(key, state);
  }

  private void check(KeyHistory key, KeyState state) {
    if (key.maybeTrimmed()) {
      return;
    }
    for (Sibling younger : state.siblings()) {
      for (Sibling older : state.siblings()) {
        KeyHistory.Written ancestor = key.of(older.dot());
        KeyHistory.Written descendant = key.of(younger.dot());
        if (ancestor != null
            && descendant != null
            && ancestor != descendant
            && descendant.history.get(ancestor.index)) {
          throw violated(key, ancestor + " was returned beside " + descendant + ", which saw it");
        }
      }
    }
  }
}
