package io.dynamokv.coordination;

/**
 * By whom a request wants to be answered. Immutable.
 *
 * @param wanted how many replicas must answer a read, or have stored a write: 1 to the number of
 *     replicas
 * @param strict whether they must be the key's own holders; otherwise, where those can not be
 *     reached, the next nodes on the ring may stand in for them
 */
public record Quorum(int wanted, boolean strict) {}
