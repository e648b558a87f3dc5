package io.dynamokv.transport.activemq;

import io.dynamokv.ring.MemberId;

/**
 * A way between two members with a queue, a connection and a sender of its own, so that what
 * travels on one can not hold up what travels on another.
 */
enum Lane {
  /** What clients wait for, and heartbeats. */
  REQUESTS("operations");

  private final String prefix;

  Lane(String prefix) {
    this.prefix = prefix;
  }

  /** How the id of a connection for this lane begins. */
  String clientIdPrefix() {
    return prefix + ":";
  }

  /** The name of the queue, on every broker, for what a member sends. */
  String queueOf(MemberId sender) {
    return prefix + "." + sender.value();
  }
}
