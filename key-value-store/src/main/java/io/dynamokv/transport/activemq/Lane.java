package io.dynamokv.transport.activemq;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import java.util.List;

/**
 * A way between two members with a queue, a connection and a sender of its own, so that what
 * travels on one can not hold up what travels on another.
 */
enum Lane {
  /** What clients wait for, and heartbeats. */
  REQUESTS("operations"),
  /** What nobody waits for: handoffs, anti-entropy, transfers. */
  BACKGROUND("background"),
  /** What a node says to one that may not know it; all of that is in one queue. */
  GREETINGS("greetings");

  /** Those in which every peer has a queue, and a link that is kept up. */
  static final List<Lane> LINKED = List.of(REQUESTS, BACKGROUND);

  private final String prefix;

  Lane(String prefix) {
    this.prefix = prefix;
  }

  /** The lane that a message travels on. */
  static Lane of(Message message) {
    return message.isBackground() ? BACKGROUND : REQUESTS;
  }

  /** What something is called in the metrics of a peer. */
  String metric(String name) {
    return this == REQUESTS ? name : prefix + "." + name;
  }

  /** How the id of a connection for this lane begins. */
  String clientIdPrefix() {
    return prefix + ":";
  }

  /** The name of the queue, on every broker, for what a member sends. */
  String queueOf(MemberId sender) {
    return this == GREETINGS ? prefix : prefix + "." + sender.value();
  }
}
