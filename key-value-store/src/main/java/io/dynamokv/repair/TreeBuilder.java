package io.dynamokv.repair;

import io.dynamokv.storage.HashTree;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this node's own hash tree known: looks for leaves that are not, and has them made anew,
 * some at a time. That goes for partitions that it does not hold too, since something may be left
 * there. Not thread-safe.
 */
final class TreeBuilder {
  /** About so many keys are scanned in one go, so that reads need not wait for long. */
  private static final int KEYS_PER_SLICE = 256;

  private static final int SLICES_PER_TICK = 8;

  /** What could not be made known at once, since it was being written or the disk fails. */
  private static final long SHORTEST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long LONGEST_PAUSE_NS = TimeUnit.SECONDS.toNanos(5);

  private final AntiEntropy.Port port;
  private int sliceLeaves = 1;
  private int nextLeaf;
  private boolean underWay;
  private int slicesLeft;
  private boolean foundSome;
  private long pauseNs = SHORTEST_PAUSE_NS;
  private long nextPassNs;
  private boolean complete;

  TreeBuilder(AntiEntropy.Port port) {
    this.port = port;
    this.nextPassNs = port.nanoTime();
  }

  /** Whether all that this node holds was known when it was looked through last. */
  boolean isComplete() {
    return complete;
  }

  void tick() {
    slicesLeft = SLICES_PER_TICK;
    goOn();
  }

  private void goOn() {
    if (underWay || slicesLeft == 0 || port.nanoTime() - nextPassNs < 0) {
      return;
    }
    HashTree tree = port.tree();
    int first = nextUnknown(tree);
    if (first < 0) {
      endPass();
      return;
    }
    foundSome = true;
    int endOfPartition = tree.firstLeaf(tree.partitionOf(first) + 1);
    int before = tree.nextKnown(first, Math.min(first + sliceLeaves, endOfPartition));
    underWay = true;
    slicesLeft--;
    if (port.rebuild(first, before, keys -> rebuilt(before - first, keys))) {
      nextLeaf = before;
    } else {
      underWay = false;
      slicesLeft = 0; // The next tick tries again.
    }
  }

  private void rebuilt(int leaves, @Nullable Integer keys) {
    underWay = false;
    if (keys != null && keys < KEYS_PER_SLICE / 2 && leaves == sliceLeaves) {
      sliceLeaves = Math.min(2 * sliceLeaves, port.tree().leavesPerPartition());
    } else if (keys != null && keys > KEYS_PER_SLICE) {
      sliceLeaves = Math.max(1, sliceLeaves / 2);
    }
    goOn();
  }

  /** All have been looked at once; what is unknown still has to wait, each time longer. */
  private void endPass() {
    complete = !foundSome;
    pauseNs = foundSome ? Math.min(2 * pauseNs, LONGEST_PAUSE_NS) : SHORTEST_PAUSE_NS;
    nextPassNs = port.nanoTime() + pauseNs;
    nextLeaf = 0;
    foundSome = false;
  }

  /** The first one from where the last slice ended; negative if there is none before the end. */
  private int nextUnknown(HashTree tree) {
    int leaf = tree.nextUnknown(nextLeaf, tree.leaves());
    return leaf < tree.leaves() ? leaf : -1;
  }
}
