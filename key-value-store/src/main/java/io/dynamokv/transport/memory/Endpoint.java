package io.dynamokv.transport.memory;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A member's transport on an {@link InMemoryNetwork}. For one thread. */
final class Endpoint implements Transport {
  private final InMemoryNetwork network;
  private final MemberId self;
  private final Map<MemberId, Link> links = new TreeMap<>();
  private @Nullable Receiver receiver;
  private boolean closed;

  Endpoint(InMemoryNetwork network, MemberId self) {
    this.network = network;
    this.self = self;
  }

  MemberId self() {
    return self;
  }

  boolean isOpen() {
    return receiver != null && !closed;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void start(Receiver newReceiver) {
    if (receiver != null || closed) {
      throw new IllegalStateException("a transport is started once, and not after it was closed");
    }
    receiver = newReceiver;
    network.updateLinks(this);
  }

  /** Here everybody who is started is linked to everybody. */
  @Override
  public void setPeers(Map<MemberId, MemberAddress> peers) {}

  /** The host is taken for the member's name. */
  @Override
  public void greet(MemberAddress address, Message message) {
    queue(new MemberId(address.host()), message);
  }

  @Override
  public boolean queue(MemberId peer, Message message) {
    Link link = links.get(peer);
    return link != null && link.send(message);
  }

  /** What is sent at the same time travels together in any case. */
  @Override
  public void flush() {}

  @Override
  public boolean isLinked(MemberId peer) {
    return links.containsKey(peer);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      network.updateLinks(this);
    }
  }

  /** Makes or breaks the link to a peer, if that changes anything. */
  void setLink(Endpoint peer, boolean stands) {
    Link link = links.get(peer.self);
    if (stands == (link != null)) {
      return;
    }
    if (link == null) {
      links.put(peer.self, new Link(network, self, peer));
    } else {
      link.breakUp();
      links.remove(peer.self);
    }
    network
        .scheduler()
        .schedule(Duration.ZERO, () -> tell(receiver -> receiver.onLink(peer.self, stands)));
  }

  void receive(MemberId from, List<Message> messages) {
    tell(receiver -> receiver.onMessages(from, messages));
  }

  private void tell(Consumer<Receiver> event) {
    if (receiver != null && !closed) {
      event.accept(receiver);
    }
  }
}
