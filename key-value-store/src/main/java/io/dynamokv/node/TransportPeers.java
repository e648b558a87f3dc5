package io.dynamokv.node;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Transport;
import java.util.Map;

/** The way to the other members over a transport. What is sent leaves with its next flush. */
record TransportPeers(Transport transport) implements Peers {
  @Override
  public boolean send(MemberId peer, Message message) {
    return transport.queue(peer, message);
  }

  @Override
  public void set(Map<MemberId, MemberAddress> peers) {
    transport.setPeers(peers);
  }

  @Override
  public void greet(MemberAddress address, Message message) {
    transport.greet(address, message);
  }
}
