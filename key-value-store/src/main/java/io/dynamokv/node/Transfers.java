package io.dynamokv.node;

import io.dynamokv.repair.Filling;
import io.dynamokv.ring.MemberId;
import java.util.Set;

/**
 * What moves because the ring has changed. Immutable.
 *
 * @param waitsFor who, of all members, is still being brought something
 * @param filling what this node is being brought
 * @param toHandOver in how many partitions it has something that it does not hold any more;
 *     negative while that is not known
 */
public record Transfers(Set<MemberId> waitsFor, Filling.Progress filling, int toHandOver) {
  public Transfers {
    waitsFor = Set.copyOf(waitsFor);
  }
}
