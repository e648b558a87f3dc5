package io.dynamokv.repair;

import io.dynamokv.membership.Member;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message.CollectReply;
import io.dynamokv.transport.Message.CollectRequest;
import io.dynamokv.transport.Message.KeyHash;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks all members, this node too, about tombstones; one question at a time. Not thread-safe. */
final class Polls {
  private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(10);

  private final Collection.Port port;
  private final CollectionServer own;
  private long nextId;
  private @Nullable Poll current;

  Polls(Collection.Port port, CollectionServer own, long firstId) {
    this.port = port;
    this.own = own;
    this.nextId = firstId;
  }

  /**
   * What all have said.
   *
   * @param agreed what nobody has disagreed on
   * @param calmMs for how long it has been calm for all of them
   */
  record Outcome(List<KeyHash> agreed, long calmMs) {}

  private static final class Poll {
    private final CollectRequest request;
    private final Set<MemberId> silent = new HashSet<>();
    private final BitSet disagreed = new BitSet();
    private final long askedNs;
    private final Consumer<Outcome> done;
    private long calmMs = Long.MAX_VALUE;

    Poll(CollectRequest request, long askedNs, Consumer<Outcome> done) {
      this.request = request;
      this.askedNs = askedNs;
      this.done = done;
    }

    Outcome outcome() {
      List<KeyHash> agreed = new ArrayList<>();
      for (int i = 0; i < request.keys().size(); i++) {
        if (!disagreed.get(i)) {
          agreed.add(request.keys().get(i));
        }
      }
      return new Outcome(agreed, calmMs);
    }
  }

  /**
   * Asks; whoever can not be asked, or does not answer, makes it overdue.
   *
   * @param done told when all have answered
   */
  void ask(List<KeyHash> tombstones, boolean agreed, Consumer<Outcome> done) {
    CollectRequest request = new CollectRequest(nextId++, agreed, tombstones);
    Poll poll = new Poll(request, port.nanoTime(), done);
    current = poll;
    MemberId self = port.view().self().id();
    for (Member member : port.view().members()) {
      poll.silent.add(member.id());
    }
    for (MemberId member : List.copyOf(poll.silent)) {
      if (member.equals(self)) {
        own.answer(request, reply -> onReply(self, reply));
      } else {
        port.send(member, request);
      }
    }
  }

  void onReply(MemberId from, CollectReply reply) {
    Poll poll = current;
    if (poll == null || reply.id() != poll.request.id() || !poll.silent.remove(from)) {
      return;
    }
    reply.disagreed().forEach(poll.disagreed::set);
    poll.calmMs = Math.min(poll.calmMs, reply.calmMs());
    if (poll.silent.isEmpty()) {
      current = null;
      poll.done.accept(poll.outcome());
    }
  }

  /** Whether somebody has not answered for too long. */
  boolean isOverdue() {
    return current != null && port.nanoTime() - current.askedNs > SILENCE_NS;
  }

  /** Nobody waits for an answer any more. */
  void stop() {
    current = null;
  }
}
