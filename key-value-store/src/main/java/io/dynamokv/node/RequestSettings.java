package io.dynamokv.node;

/**
 * The limits of requests. Immutable.
 *
 * @param replicaTimeoutMs after so many milliseconds a silent replica is asked again
 * @param requestTimeoutMs after so many the request ends
 * @param maxInFlight requests on one node at once
 * @param forwardTimeoutMs after so many a request ends that another node was asked to coordinate
 * @param maxForwards so many of those at once
 */
public record RequestSettings(
    long replicaTimeoutMs,
    long requestTimeoutMs,
    int maxInFlight,
    long forwardTimeoutMs,
    int maxForwards) {}
