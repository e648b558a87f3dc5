package io.dynamokv.ring;

import java.util.List;

/**
 * The nodes that should hold a partition, in the order of the walk, and those that would stand in
 * for them. Immutable; no node is named twice.
 *
 * @param partition 0 .. P-1
 * @param holders the first N distinct nodes of the walk (fewer only where the cluster has fewer)
 * @param fallbacks every other node, in the order in which it would stand in
 */
public record PreferenceList(int partition, List<MemberId> holders, List<MemberId> fallbacks) {
  public PreferenceList {
    holders = List.copyOf(holders);
    fallbacks = List.copyOf(fallbacks);
  }
}
