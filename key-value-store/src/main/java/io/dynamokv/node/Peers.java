package io.dynamokv.node;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;

/** The way to the other members, as the coordination needs it. */
@FunctionalInterface
interface Peers {
  /** Queues a message; returns false if it was refused at once. Never blocks. */
  boolean send(MemberId peer, Message message);
}
