package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;

/**
 * A node as the other nodes know it. Immutable.
 *
 * @param host the name or address at which the others reach it
 * @param rack what fails together with it; empty where the cluster has no racks
 */
public record Member(
    MemberId id,
    String host,
    int httpPort,
    int adminPort,
    int messagingPort,
    String rack,
    String datacenter) {

  /** Host and HTTP port, as people know the node. */
  public String address() {
    return host + ":" + httpPort;
  }
}
