package io.dynamokv.node;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Message;
import java.util.Map;
import java.util.function.BiPredicate;

/** Peers that never change. */
record SendingPeers(BiPredicate<MemberId, Message> sender) implements Peers {
  @Override
  public boolean send(MemberId peer, Message message) {
    return sender.test(peer, message);
  }

  @Override
  public void set(Map<MemberId, MemberAddress> peers) {}

  @Override
  public void greet(MemberAddress address, Message message) {}
}
