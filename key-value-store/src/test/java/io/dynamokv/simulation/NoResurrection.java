package io.dynamokv.simulation;

import io.dynamokv.version.KeyState;
import io.dynamokv.version.Sibling;

/**
 * A deleted key stays deleted, when its tombstone is gone too. While there is a tombstone {@link
 * NoFalseSiblings} and {@link NoAcknowledgedWriteLost} see to it.
 */
final class NoResurrection implements Invariant {
  @Override
  public void onStored(int node, KeyHistory key, KeyState state) {
    if (key.maybeTrimmed()) {
      return;
    }
    for (Sibling sibling : state.siblings()) {
      KeyHistory.Written written = key.of(sibling.dot());
      if (sibling.value() != null && written != null && key.isCollected(written)) {
        throw violated(
            key, "node-%d has %s, which was deleted by all".formatted(node + 1, written));
      }
    }
  }
}
