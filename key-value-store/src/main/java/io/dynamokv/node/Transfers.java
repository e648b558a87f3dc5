package io.dynamokv.node;

import io.dynamokv.repair.Filling;

/**
 * What moves because the ring has changed. Immutable.
 *
 * @param filling what this node is being brought
 * @param toHandOver in how many partitions it has something that it does not hold any more;
 *     negative while that is not known
 */
public record Transfers(Filling.Progress filling, int toHandOver) {}
