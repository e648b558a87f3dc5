package io.dynamokv.membership;

import io.dynamokv.transport.Message;

/**
 * What all members of a cluster must agree on, or they would not mean the same by a key's holders.
 * Immutable.
 *
 * @param ring the fingerprint of the ring, where the members are configured; 0 where they come and
 *     go
 */
public record ClusterFacts(String name, int partitions, int replicas, long ring) {
  boolean agreesWith(Message.Heartbeat heartbeat) {
    return equals(
        new ClusterFacts(
            heartbeat.cluster(), heartbeat.partitions(), heartbeat.replicas(), heartbeat.ring()));
  }

  @Override
  public String toString() {
    return "%s with %d partitions, %d replicas and ring %x"
        .formatted(name, partitions, replicas, ring);
  }
}
