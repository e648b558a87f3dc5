package io.dynamokv.node;

import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Membership;
import io.dynamokv.membership.Standing;
import io.dynamokv.membership.View;
import io.dynamokv.membership.Work;
import io.dynamokv.repair.Handoff;
import io.dynamokv.repair.HintExpiry;
import io.dynamokv.repair.Repairs;
import io.dynamokv.repair.RoundReport;
import io.dynamokv.repair.TreeServer;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Transport;
import io.dynamokv.version.Actor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A node without its threads: the coordinators, the server of this node's own copy, the heart, and
 * the sorting of what arrives between them. Whoever owns the threads hands in a mailbox for each
 * coordinator, lets the heart beat, and lets the deadlines pass; the simulation does it all in one.
 *
 * <p>A request goes to the coordinator that its key's position chooses, and stays in that mailbox.
 * Questions from other members go to this node's own copy, answers to the mailbox whose coordinator
 * asked.
 */
final class NodeCore implements Transport.Receiver {
  /** The ids of anti-entropy's questions begin here; those of handoffs are below. */
  private static final long ANTI_ENTROPY_IDS = Message.BACKGROUND_IDS + (1L << 61);

  /** For so long a node that leaves has nothing any more before it goes. */
  private static final int LAST_BEATS = 12;

  private static final int FAREWELL_BEATS = 4;

  private final Membership membership;
  private final LongSupplier nanoClock;
  private final ReplicaServer server;
  private final Admission admission;
  private final Places forwards;
  private final ForwardServer forwardServer;
  private final Heart heart;
  private final List<Executor> mailboxes;
  private final List<Coordinator> coordinators = new ArrayList<>();
  private final Handoff handoff;
  private final HintExpiry hintExpiry;
  private final Repairs repairs;
  private final TreeServer treeServer;
  private final RosterExchange rosterExchange;
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private int beatsEmpty;
  private int beatsGone;

  /**
   * @param keeper keeps what is known of the members, for the next start
   * @param mailboxes one for each coordinator; what is handed to one runs in order, never two at
   *     once, and never before the call that handed it in has returned
   * @param peers may hold back what it is given until the present burst of events is over
   * @param firstRequestId where the ids of requests begin: 0 to 2^62, and far from where they were
   *     in every earlier run of this node. A slow replica may still answer a request of before;
   *     under an id that was used again it would answer for another key, or for a value that it
   *     does not have
   */
  NodeCore(
      NodeSettings settings,
      Membership membership,
      Actor actor,
      LocalReplica local,
      Peers peers,
      Consumer<byte[]> keeper,
      List<Executor> mailboxes,
      long firstRequestId,
      Clocks clocks,
      CoordinatorMetrics metrics) {
    this.membership = membership;
    this.nanoClock = clocks.nano();
    this.server = new ReplicaServer(local, peers);
    this.admission = new Admission(settings.requests().maxInFlight(), settings.queueBytes());
    this.forwards = new Places(settings.requests().maxForwards());
    this.heart = new Heart(actor, membership, peers, clocks.nano(), this::tellView);
    this.mailboxes = mailboxes;
    RepairPort port = new RepairPort(local, peers, membership, mailboxes.get(0), clocks);
    this.handoff = new Handoff(port, Message.BACKGROUND_IDS + (firstRequestId >>> 2));
    this.repairs =
        new Repairs(
            port,
            settings.antiEntropy(),
            settings.collection(),
            ANTI_ENTROPY_IDS + (firstRequestId >>> 2));
    this.rosterExchange = new RosterExchange(membership, peers, keeper, clocks.nano());
    this.treeServer = new TreeServer(port);
    this.hintExpiry = new HintExpiry(port, settings.maxHintAgeMs());
    for (int i = 0; i < mailboxes.size(); i++) {
      coordinators.add(
          new Coordinator(
              i,
              mailboxes.size(),
              firstRequestId,
              local,
              peers,
              membership::view,
              mailboxes.get(i),
              heart::onTimeout,
              clocks.nano(),
              settings.requests(),
              forwards,
              metrics));
    }
    this.forwardServer = new ForwardServer(coordinators, mailboxes, admission, peers);
  }

  /** From now on others are told to go elsewhere. */
  void refuseForwards() {
    forwardServer.refuse();
  }

  /** The limit on unanswered requests, whoever brings them. */
  Admission admission() {
    return admission;
  }

  /** For those that others coordinate. */
  Places forwards() {
    return forwards;
  }

  /** The coordinators, in the order of their mailboxes. */
  List<Coordinator> coordinators() {
    return coordinators;
  }

  /** Which coordinator, and so which mailbox, a key's requests belong to. */
  int indexOf(Key key) {
    return Coordinator.indexOf(key.position(), coordinators.size());
  }

  /** Begins a GET; to be called in the key's mailbox. */
  void get(Key key, Quorum quorum, String requestId, Consumer<GetOutcome> answer) {
    coordinators.get(indexOf(key)).get(key, quorum, requestId, answer);
  }

  /** Begins a PUT; to be called in the key's mailbox. */
  void put(
      ReplicaWrite.Coordinate write, Quorum quorum, String requestId, Consumer<PutOutcome> answer) {
    coordinators.get(indexOf(write.key())).put(write, quorum, requestId, answer);
  }

  /** Does what was put off until soon, and lets the deadlines pass that are due. */
  void tick() {
    for (int i = 0; i < coordinators.size(); i++) {
      mailboxes.get(i).execute(coordinators.get(i)::tick);
    }
    mailboxes.get(0).execute(handoff::tick);
    mailboxes.get(0).execute(hintExpiry::tick);
    mailboxes.get(0).execute(repairs::tick);
  }

  /** Ends all requests, whose promises are noted; what comes after finds nobody. */
  void endAll() {
    for (int i = 0; i < coordinators.size(); i++) {
      mailboxes.get(i).execute(coordinators.get(i)::endAll);
    }
    mailboxes.get(0).execute(repairs::stop);
  }

  /** How old the oldest hint was lately, in milliseconds; 0 if there was none. */
  long oldestHintAgeMs() {
    return hintExpiry.oldestAgeMs();
  }

  /** Compares what is here with what the others have, soon; the call-back comes from a mailbox. */
  void repair(Consumer<RoundReport> done) {
    mailboxes.get(0).execute(() -> repairs.repair(done));
  }

  Repairs repairs() {
    return repairs;
  }

  /** Where others may be met, by what a provider says. */
  void found(Set<Contact> contacts) {
    mailboxes.get(0).execute(() -> rosterExchange.found(contacts));
  }

  /** This node says what is to become of it. */
  boolean become(Standing standing) {
    boolean isNew = membership.become(standing, nanoClock.getAsLong());
    if (isNew) {
      tellView();
    }
    return isNew;
  }

  /** Done when this node is no member any more, and others have been told. */
  CompletableFuture<Void> hasLeft() {
    return left;
  }

  /** Somebody says that a member will not come back; false if there is no such member. */
  boolean remove(MemberId member) {
    boolean isRemoved = membership.remove(member, nanoClock.getAsLong());
    if (isRemoved) {
      tellView();
    }
    return isRemoved;
  }

  /** Says that this node lives, and looks who else does. */
  void beat() {
    heart.beat();
    mailboxes.get(0).execute(rosterExchange::tick);
    mailboxes.get(0).execute(this::endLeave);
  }

  /**
   * Who is leaving is no member any more when it holds nothing and has nothing left, for some time:
   * something may be on its way from a node that follows an older plan. It stays for a moment after
   * that, for the others to hear of it.
   */
  private void endLeave() {
    View view = membership.view();
    MemberId self = view.self().id();
    boolean isEmpty =
        view.leaving().contains(self)
            && !membership.isRemoved()
            && view.next() == null
            && view.ring().partitionsHeldBy(self).isEmpty()
            && membership.allFollow()
            && repairs.clearing().looksClear();
    beatsEmpty = isEmpty ? beatsEmpty + 1 : 0;
    if (beatsEmpty >= LAST_BEATS) {
      become(Standing.REMOVED);
    } else if (membership.isRemoved() && ++beatsGone >= FAREWELL_BEATS) {
      left.complete(null);
    }
  }

  @Override
  public void onMessages(MemberId from, List<Message> messages) {
    if (!messages.stream().allMatch(Message.Gossip.class::isInstance)) {
      heart.onSignOfLife(from); // Gossip may be of another one that has not its name yet.
    }
    List<List<Message.Reply>> replies = new ArrayList<>();
    coordinators.forEach(coordinator -> replies.add(new ArrayList<>()));
    for (Message message : messages) {
      sort(from, message, replies);
    }
    tellHeart(from, messages);
    for (int i = 0; i < coordinators.size(); i++) {
      deliver(i, from, replies.get(i));
    }
  }

  /** Who refuses, or fails, has not done it. */
  private void tellHeart(MemberId from, List<Message> messages) {
    boolean hasRead = false;
    boolean hasWritten = false;
    for (Message message : messages) {
      hasRead |= message instanceof Message.ReadReply reply && reply.status().isDone();
      hasRead |= message instanceof Message.StatesReply reply && reply.status().isDone();
      hasWritten |= message instanceof Message.WriteReply reply && reply.status().isDone();
    }
    if (hasRead) {
      heart.onAnswer(from, Work.READ);
    }
    if (hasWritten) {
      heart.onAnswer(from, Work.WRITE);
    }
  }

  @Override
  public void onLink(MemberId peer, boolean up) {
    heart.onLink(peer, up);
  }

  private void sort(MemberId from, Message message, List<List<Message.Reply>> replies) {
    if (message instanceof Message.Heartbeat heartbeat) {
      heart.onHeartbeat(from, heartbeat);
    } else if (message instanceof Message.Gossip gossip) {
      mailboxes
          .get(0)
          .execute(
              () -> {
                if (rosterExchange.onGossip(from, gossip)) {
                  tellView();
                }
              });
    } else if (!membership.isTrusted(from)) {
      return;
    } else if (message.isBackground()) {
      sortBackground(from, message);
    } else if (message instanceof Message.Reply reply) {
      replies.get(Coordinator.indexOf(reply.id(), replies.size())).add(reply);
    } else if (message instanceof Message.Forwarded request) {
      forwardServer.onRequest(from, request);
    } else {
      serve(from, message);
    }
  }

  private void sortBackground(MemberId from, Message message) {
    if (message instanceof Message.CompareRequest request) {
      treeServer.onCompare(from, request);
    } else if (message instanceof Message.KeysRequest request) {
      treeServer.onKeys(from, request);
    } else if (message instanceof Message.StatesRequest request) {
      treeServer.onStates(from, request);
    } else if (message instanceof Message.CollectRequest request) {
      mailboxes.get(0).execute(() -> repairs.onCollect(from, request));
    } else if (message instanceof Message.WriteReply reply && reply.id() < ANTI_ENTROPY_IDS) {
      mailboxes
          .get(0)
          .execute(() -> handoff.onReply(from, reply.id(), reply.status() == Status.OK));
    } else if (message instanceof Message.Reply reply) {
      mailboxes.get(0).execute(() -> repairs.onReply(from, reply.id(), message));
    } else {
      serve(from, message);
    }
  }

  /** Who is no member any more takes nothing in: it would go with this node. */
  private void serve(MemberId from, Message message) {
    if (!membership.isRemoved()) {
      server.onRequest(from, message);
    }
  }

  private void deliver(int index, MemberId from, List<Message.Reply> replies) {
    if (!replies.isEmpty()) {
      Coordinator coordinator = coordinators.get(index);
      mailboxes
          .get(index)
          .execute(() -> replies.forEach(reply -> coordinator.onReply(from, reply)));
    }
  }

  private void tellView() {
    mailboxes.get(0).execute(rosterExchange::onView);
    for (int i = 0; i < coordinators.size(); i++) {
      Coordinator coordinator = coordinators.get(i);
      // The view is read when the task runs: tasks may be handed in in another order than views.
      mailboxes.get(i).execute(() -> coordinator.onView(membership.view()));
    }
  }
}
