package io.dynamokv.simulation;

import io.dynamokv.version.KeyState;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What every node holds of every key, visible and hardened, as the checker has seen it happen. It
 * also holds a node to that: what is hardened is there after a start.
 */
final class Copies implements Invariant {
  private final List<KeyHistory> keys;
  private final Copy[][] copies;
  private final int[] losses;

  private static final class Copy {
    private KeyState visible = KeyState.EMPTY;
    private BitSet hardened = new BitSet();
    private final BitSet everHardened = new BitSet();
    private boolean dirty;
    private int releases;
  }

  Copies(int nodes, List<KeyHistory> keys) {
    this.keys = keys;
    this.copies = new Copy[nodes][keys.size()];
    this.losses = new int[nodes];
    for (Copy[] row : copies) {
      for (int i = 0; i < row.length; i++) {
        row[i] = new Copy();
      }
    }
  }

  /** The indexes of all nodes. */
  List<Integer> nodes() {
    return IntStream.range(0, copies.length).boxed().toList();
  }

  /** The state that a node would read now. */
  KeyState visible(int node, KeyHistory key) {
    return copies[node][key.number].visible;
  }

  /** The writes that a node's hardened state accounts for; not to be changed. */
  BitSet hardened(int node, KeyHistory key) {
    return copies[node][key.number].hardened;
  }

  /** Those that it has ever accounted for, on disks since lost too; not to be changed. */
  BitSet everHardened(int node, KeyHistory key) {
    return copies[node][key.number].everHardened;
  }

  /** How often a node has lost what it had hardened. */
  int losses(int node) {
    return losses[node];
  }

  /** How often a node has let go of a key that it kept for others. */
  int releases(int node, KeyHistory key) {
    return copies[node][key.number].releases;
  }

  @Override
  public void onStored(int node, KeyHistory key, KeyState state) {
    Copy copy = copies[node][key.number];
    copy.visible = state;
    copy.dirty = true;
  }

  /** Whether it is on the disk any more depends on the next hardening. */
  @Override
  public void onReleased(int node, KeyHistory key, Map<Integer, Integer> heirs) {
    Copy copy = copies[node][key.number];
    copy.visible = KeyState.EMPTY;
    copy.dirty = true;
    copy.hardened = new BitSet();
    copy.releases++;
  }

  @Override
  public void onCollected(int node, KeyHistory key, KeyState tombstone) {
    onReleased(node, key, Map.of());
  }

  @Override
  public void onHardened(int node) {
    for (KeyHistory key : keys) {
      Copy copy = copies[node][key.number];
      if (copy.dirty) {
        copy.dirty = false;
        copy.hardened = key.historyOf(copy.visible);
        copy.everHardened.or(copy.hardened);
        key.escape(copy.visible);
      }
    }
  }

  @Override
  public void onRead(int node, KeyHistory key, KeyState state) {
    key.escape(state);
  }

  @Override
  public void onLost(int node) {
    losses[node]++;
    for (Copy copy : copies[node]) {
      copy.hardened = new BitSet();
    }
  }

  @Override
  public void onFoundAtStart(int node, KeyHistory key, KeyState state) {
    Copy copy = copies[node][key.number];
    BitSet found = key.historyOf(state);
    BitSet missing = (BitSet) copy.hardened.clone();
    missing.andNot(found);
    if (!missing.isEmpty()) {
      throw violated(
          key,
          "node-"
              + (node + 1)
              + " has started without "
              + key.writes().get(missing.nextSetBit(0))
              + ", which it had hardened");
    }
    copy.visible = state;
    copy.dirty = false;
    copy.hardened = found;
    copy.everHardened.or(found);
    key.escape(state);
  }

  @Override
  public String name() {
    return "HardenedSurvives";
  }
}
