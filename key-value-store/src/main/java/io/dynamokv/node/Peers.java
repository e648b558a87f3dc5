package io.dynamokv.node;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Message;
import java.util.Map;

/** The way to the other members, as a node needs it. Nothing blocks. */
interface Peers {
  /** Queues a message; returns false if it was refused at once. */
  boolean send(MemberId peer, Message message);

  /** Says who the peers are from now on, and where. */
  void set(Map<MemberId, MemberAddress> peers);

  /** Tries once to bring a message to an address. */
  void greet(MemberAddress address, Message message);
}
