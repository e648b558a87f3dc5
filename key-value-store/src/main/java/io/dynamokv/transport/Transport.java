package io.dynamokv.transport;

import io.dynamokv.ring.MemberId;
import java.util.List;
import java.util.Map;

/**
 * Carries messages between members, in order for each pair while a link holds; a link that breaks
 * loses what was under way, silently. Thread-safe. Links to unreachable peers are tried again, with
 * backoff, for as long as the transport is open.
 */
public interface Transport extends AutoCloseable {
  /** Opens the door and starts to link to the peers; called once. */
  void start(Receiver receiver);

  /**
   * Says who the peers are from now on, and where. Links to others end, and so do those to peers
   * that have moved. Returns at once; what comes of it is told by and by.
   */
  void setPeers(Map<MemberId, MemberAddress> peers);

  /**
   * Tries once to bring a message to whoever is at an address, who need not be a peer, nor know
   * this member. Returns at once; whether it has arrived is not told.
   */
  void greet(MemberAddress address, Message message);

  /**
   * Queues a message for a peer. Never blocks.
   *
   * @return false if it was refused at once: the link is down, the queue is full, the peer is not
   *     known, or the message is beyond a limit of the wire
   */
  default boolean send(MemberId peer, Message message) {
    boolean queued = queue(peer, message);
    flush();
    return queued;
  }

  /** As {@link #send}, but the message may stay here until the next {@link #flush}. */
  boolean queue(MemberId peer, Message message);

  /** Sends what is queued. Never blocks; costs next to nothing if there is nothing to send. */
  void flush();

  /** Whether the link to a peer stands. It says nothing of a peer that hangs. */
  boolean isLinked(MemberId peer);

  /**
   * Closes the links and the door; no call to the receiver begins after this returns. A second call
   * does nothing.
   */
  @Override
  void close();

  /**
   * What the transport tells. Calls come from several threads; those to one method for one peer
   * come one after the other, but background work is brought beside requests. While a call lasts,
   * other messages may have to wait: it should only pass on.
   */
  interface Receiver {
    /** Messages that arrived together, in the order in which they were sent. */
    void onMessages(MemberId from, List<Message> messages);

    /** The link to a peer was made or lost. */
    void onLink(MemberId peer, boolean up);
  }
}
