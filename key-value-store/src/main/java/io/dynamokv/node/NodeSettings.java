package io.dynamokv.node;

import io.dynamokv.repair.AntiEntropy;
import io.dynamokv.repair.Collection;

/**
 * How a node runs. Immutable.
 *
 * @param heartbeatIntervalMs how often it tells the others that it lives
 * @param coordinators how many mailboxes share the requests, 1 or more
 * @param queueCapacity how many reads, and how many writes, may wait for this node's own copy
 * @param maxHintAgeMs how long a node is kept what it did not come back for
 * @param antiEntropy how often, and how fast
 * @param collection how tombstones are removed
 * @param queueBytes how many bytes of states the waiting writes may hold together
 */
public record NodeSettings(
    RequestSettings requests,
    long heartbeatIntervalMs,
    int coordinators,
    int queueCapacity,
    long maxHintAgeMs,
    AntiEntropy.Settings antiEntropy,
    Collection.Settings collection,
    long queueBytes) {}
