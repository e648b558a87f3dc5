package io.dynamokv.transport.activemq;

/**
 * A way between two members with a queue, a connection and a sender of its own, so that what
 * travels on one can not hold up what travels on another.
 */
enum Lane {
  /** What clients wait for, and heartbeats. */
  REQUESTS("operations");

  private final String queueName;

  Lane(String queueName) {
    this.queueName = queueName;
  }

  /** How the id of a connection for this lane begins. */
  String clientIdPrefix() {
    return queueName + ":";
  }

  /** The name of the queue on each broker. */
  String queueName() {
    return queueName;
  }
}
