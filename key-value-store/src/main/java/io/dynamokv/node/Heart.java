package io.dynamokv.node;

import io.dynamokv.membership.ClusterFacts;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.Membership;
import io.dynamokv.membership.Work;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.version.Actor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Tells the other members, whenever it is made to beat, that this node lives, and listens for the
 * same from them. Thread-safe; owns no thread.
 */
final class Heart {
  private final ClusterFacts facts;
  private final Actor actor;
  private final Membership membership;
  private final Peers peers;
  private final LongSupplier nanoClock;
  private final Runnable viewChanged;
  private final AtomicLong sequence = new AtomicLong();

  /**
   * @param viewChanged called, on the thread that brought the news, after every change of the view
   */
  Heart(
      Actor actor,
      Membership membership,
      Peers peers,
      LongSupplier nanoClock,
      Runnable viewChanged) {
    this.facts = membership.facts();
    this.actor = actor;
    this.membership = membership;
    this.peers = peers;
    this.nanoClock = nanoClock;
    this.viewChanged = viewChanged;
  }

  void beat() {
    try {
      tellIf(membership.tick(nanoClock.getAsLong()));
    } finally {
      // Whatever is wrong here, the others are not to take this node for dead.
      sendHeartbeats();
    }
  }

  private void sendHeartbeats() {
    MemberId self = membership.view().self().id();
    for (Member member : membership.view().members()) {
      if (!member.id().equals(self)) {
        peers.send(member.id(), message());
      }
    }
  }

  void onHeartbeat(MemberId from, Message.Heartbeat heartbeat) {
    tellIf(membership.onHeartbeat(from, heartbeat, nanoClock.getAsLong()));
    boolean knowsOtherThings =
        heartbeat.progress().rosterHash() != membership.progress().rosterHash();
    if (!membership.isFixed() && knowsOtherThings) {
      peers.send(from, new Message.Gossip(membership.roster(), false));
    }
  }

  /** Any message shows that its sender lives; a heartbeat may be queued behind many others. */
  void onSignOfLife(MemberId from) {
    tellIf(membership.onSignOfLife(from, nanoClock.getAsLong()));
  }

  /** A member has not answered a request in time. */
  void onTimeout(MemberId peer, Work work) {
    tellIf(membership.onTimeout(peer, work, nanoClock.getAsLong()));
  }

  /** A member has done what it was asked. */
  void onAnswer(MemberId peer, Work work) {
    membership.onAnswer(peer, work, nanoClock.getAsLong());
  }

  void onLink(MemberId peer, boolean up) {
    if (up) {
      // The first thing a member hears on a new link is who is speaking; it trusts nobody before.
      peers.send(peer, message());
    }
    tellIf(membership.onLink(peer, up));
  }

  private Message message() {
    return new Message.Heartbeat(
        facts.name(),
        facts.partitions(),
        facts.replicas(),
        facts.ring(),
        actor.node(),
        actor.incarnation(),
        sequence.incrementAndGet(),
        membership.progress());
  }

  private void tellIf(boolean changed) {
    if (changed) {
      viewChanged.run();
    }
  }
}
