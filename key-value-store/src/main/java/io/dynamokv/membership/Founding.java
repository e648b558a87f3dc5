package io.dynamokv.membership;

/**
 * When a ring is made where there is none. Immutable.
 *
 * @param founders so many members begin it together, at least
 * @param quietNs for so long nobody new has been met, nor anybody who knows of a ring
 */
public record Founding(int founders, long quietNs) {}
