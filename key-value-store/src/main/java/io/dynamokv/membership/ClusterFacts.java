package io.dynamokv.membership;

import io.dynamokv.transport.Message;

/**
 * What all members of a cluster must agree on, or they would not mean the same by a key's holders.
 * Immutable.
 */
public record ClusterFacts(String name, int partitions, int replicas) {
  boolean agreesWith(Message.Heartbeat heartbeat) {
    return name.equals(heartbeat.cluster())
        && partitions == heartbeat.partitions()
        && replicas == heartbeat.replicas();
  }
}
