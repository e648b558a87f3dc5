package io.dynamokv.node;

import io.dynamokv.coordination.Failure;
import io.dynamokv.coordination.GetMachine;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutMachine;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.View;
import io.dynamokv.membership.Work;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.PreferenceList;
import io.dynamokv.transport.Message;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The registry of the requests in flight, and their link to the world: it starts machines, carries
 * out their commands, and brings them events. It waits for nothing and owns no thread.
 *
 * <p>All methods must be called from one thread, the mailbox; call-backs from elsewhere are brought
 * there by the {@code mailbox} executor. A node runs several coordinators, each with its own
 * mailbox; a request stays with the one that it began with, and its id says which.
 */
final class Coordinator {
  /** Nothing was stored, and it is for another node to coordinate it. */
  static final PutOutcome NOT_HERE = new PutOutcome.NotStored(Failure.NOT_A_HOLDER);

  /** How many notes may wait for room in the queue of the local replica. */
  private static final int MAX_NOTES_FOR_LATER = 10_000;

  private final LocalReplica local;
  private final Peers peers;
  private final Supplier<View> view;
  private final Executor mailbox;
  private final BiConsumer<MemberId, Work> silenceOf;
  private final LongSupplier nanoClock;
  private final CoordinatorMetrics metrics;
  private final Map<Long, Request<?, ?>> inFlight = new HashMap<>();
  private final List<Runnable> questionsForSoon = new ArrayList<>();
  private final Deque<ReplicaWrite> notesForLater = new ArrayDeque<>();
  private final AskingOrder askingOrder = new AskingOrder();
  private final Deadlines replicaTimeouts;
  private final Deadlines requestTimeouts;
  private final Deadlines forwardTimeouts;
  private final Forwarding forwarding;
  private final int idStep;
  private final long standstillNs;
  private long lastTickNs;
  private long nextId;
  private volatile int registered;

  /**
   * @param index which of a node's coordinators this is, 0 to {@code count} - 1
   * @param firstId where the ids of its requests begin, see {@link NodeCore}
   * @param silenceOf told of a member that has not answered a request in time
   * @param nanoClock nanoseconds that only ever grow, such as {@link System#nanoTime}
   */
  Coordinator(
      int index,
      int count,
      long firstId,
      LocalReplica local,
      Peers peers,
      Supplier<View> view,
      Executor mailbox,
      BiConsumer<MemberId, Work> silenceOf,
      LongSupplier nanoClock,
      RequestSettings settings,
      Places forwards,
      CoordinatorMetrics metrics) {
    this.local = local;
    this.peers = peers;
    this.view = view;
    this.mailbox = mailbox;
    this.silenceOf = silenceOf;
    this.lastTickNs = nanoClock.getAsLong();
    this.standstillNs = TimeUnit.MILLISECONDS.toNanos(settings.replicaTimeoutMs()) / 2;
    this.nanoClock = nanoClock;
    this.metrics = metrics;
    this.replicaTimeouts = new Deadlines(settings.replicaTimeoutMs());
    this.requestTimeouts = new Deadlines(settings.requestTimeoutMs());
    this.forwardTimeouts = new Deadlines(settings.forwardTimeoutMs());
    this.forwarding = new Forwarding(this, forwards);
    this.idStep = count;
    this.nextId = firstId - indexOf(firstId, count) + index;
  }

  /** Which of {@code count} coordinators has given out a request's id. */
  static int indexOf(long id, int count) {
    return (int) Math.floorMod(id, (long) count);
  }

  /** Reads a key, by way of a node that holds it if this one does not. */
  void get(Key key, Quorum quorum, String requestId, Consumer<GetOutcome> answer) {
    if (!getHere(key, quorum, requestId, answer)) {
      forwarding.get(key, quorum, requestId, answer);
    }
  }

  /** Reads a key, if this node can coordinate that; else does nothing, and returns false. */
  boolean getHere(Key key, Quorum quorum, String requestId, Consumer<GetOutcome> answer) {
    View now = view.get();
    PreferenceList list = now.ring().preferenceList(key);
    if (!Route.isHere(now, list.holders())) {
      return false;
    }
    List<MemberId> holders = askingOrder.of(list.holders());
    GetMachine machine =
        new GetMachine(
            now.self().id(), holders, fallbacks(list, quorum), quorum.wanted(), now.readable());
    begin(new GetRequest(this, newId(), requestId, key, nanoClock.getAsLong(), machine, answer));
    return true;
  }

  /**
   * Writes a key, by way of a node that holds it if this one does not, or is found not to any more
   * when it is about to store it.
   */
  void put(
      ReplicaWrite.Coordinate write, Quorum quorum, String requestId, Consumer<PutOutcome> answer) {
    Consumer<PutOutcome> answerOrPassOn =
        outcome -> {
          if (outcome.equals(NOT_HERE)) {
            forwarding.put(write, quorum, requestId, answer);
          } else {
            answer.accept(outcome);
          }
        };
    if (!putHere(write, quorum, requestId, answerOrPassOn)) {
      forwarding.put(write, quorum, requestId, answer);
    }
  }

  /** Writes a key, if this node can coordinate that; else does nothing, and returns false. */
  boolean putHere(
      ReplicaWrite.Coordinate write, Quorum quorum, String requestId, Consumer<PutOutcome> answer) {
    View now = view.get();
    PreferenceList list = now.ring().preferenceList(write.key());
    if (!Route.isHere(now, list.holders())) {
      return false;
    }
    PutMachine machine =
        new PutMachine(
            now.self().id(),
            list.holders(),
            fallbacks(list, quorum),
            quorum.wanted(),
            now.reachable());
    begin(new PutRequest(this, newId(), requestId, write, nanoClock.getAsLong(), machine, answer));
    return true;
  }

  /** Who holds a key, or will, as it is known now. */
  List<MemberId> allHolders(Key key) {
    return view.get().allHolders(key);
  }

  private static List<MemberId> fallbacks(PreferenceList list, Quorum quorum) {
    return quorum.strict() ? List.of() : list.fallbacks();
  }

  /** Brings an answer to the request that it is for; one that comes too late is dropped. */
  void onReply(MemberId from, Message.Reply reply) {
    Request<?, ?> request = inFlight.get(reply.id());
    if (request == null) {
      metrics.lateReplies.mark();
      return;
    }
    if (!request.isAnswered() && request.asksReplicas()) {
      metrics.roundTrip(request.startedNs, nanoClock.getAsLong());
    }
    request.onReply(from, reply);
    discardIfFinished(request);
  }

  /** Tells every request in flight who can be reached now. */
  void onView(View now) {
    for (Request<?, ?> request : new ArrayList<>(inFlight.values())) {
      request.onView(now);
      discardIfFinished(request);
    }
  }

  /** Does what was put off until soon, and lets pass the deadlines that are due. */
  void tick() {
    askingOrder.turn(view.get());
    questionsForSoon.forEach(Runnable::run);
    questionsForSoon.clear();
    takePostponedNotes();
    long now = nanoClock.getAsLong();
    // If this node stood still itself, the others may have answered, and their answers wait.
    boolean stoodStill = now - lastTickNs > standstillNs;
    lastTickNs = now;
    expire(replicaTimeouts, now, id -> replicaTimeout(inFlight.get(id), now, stoodStill));
    expire(requestTimeouts, now, id -> requestTimeout(inFlight.get(id)));
    expire(forwardTimeouts, now, id -> requestTimeout(inFlight.get(id)));
  }

  private static void expire(Deadlines deadlines, long now, LongConsumer expired) {
    for (long id = deadlines.poll(now); id != Deadlines.NONE; id = deadlines.poll(now)) {
      expired.accept(id);
    }
  }

  /** How many requests wait for something, the answered ones among them; any thread may ask. */
  int registered() {
    return registered;
  }

  CoordinatorMetrics metrics() {
    return metrics;
  }

  View view() {
    return view.get();
  }

  long nanoTime() {
    return nanoClock.getAsLong();
  }

  void readLocally(GetRequest request) {
    boolean accepted =
        local.read(request.key, result -> deliver(request, () -> request.onLocal(result)));
    if (!accepted) {
      request.onLocalOverloaded();
    }
  }

  void storeLocally(PutRequest request, ReplicaWrite write) {
    boolean accepted =
        local.write(write, progress -> deliver(request, () -> request.onLocal(progress)));
    if (!accepted) {
      request.onLocalOverloaded();
    }
  }

  void ask(Request<?, ?> request, MemberId replica, Message message) {
    if (!peers.send(replica, message)) {
      metrics.refusedByTransport.mark();
      deliver(request, () -> request.onReplicaFailed(replica, Failure.UNREACHABLE));
    }
  }

  /** Asks at the next tick: questions that nobody hurries travel together. */
  void askSoon(Request<?, ?> request, MemberId replica, Message message) {
    questionsForSoon.add(
        () -> {
          if (!request.isFinished()) {
            ask(request, replica, message);
          }
        });
  }

  /** Has it noted that a replica may lack what is stored here; nobody waits for it. */
  void owe(PutRequest request, MemberId replica) {
    ReplicaWrite note = new ReplicaWrite.Owe(replica, request.key);
    if (!local.write(note, progress -> {})) {
      postpone(note);
    }
  }

  private void postpone(ReplicaWrite note) {
    if (notesForLater.size() < MAX_NOTES_FOR_LATER) {
      notesForLater.add(note);
    } else {
      metrics.hintsRefused.mark();
    }
  }

  private void takePostponedNotes() {
    ReplicaWrite note = notesForLater.peek();
    while (note != null && local.write(note, progress -> {})) {
      notesForLater.remove();
      note = notesForLater.peek();
    }
  }

  /** Ends every request as if its time were up: nobody waits here any more. */
  void endAll() {
    for (Request<?, ?> request : new ArrayList<>(inFlight.values())) {
      request.onRequestTimeout();
      discardIfFinished(request);
    }
    takePostponedNotes();
  }

  /** Sends a replica what it has missed. Its answer has no request to go to, and needs none. */
  void repair(Request<?, ?> request, MemberId replica, KeyState state) {
    metrics.readRepairs.mark();
    byte[] bytes = StateCodec.encode(state);
    if (replica.equals(view.get().self().id())) {
      local.write(new ReplicaWrite.Merge(request.key, bytes), progress -> {});
    } else {
      peers.send(
          replica,
          new Message.WriteRequest(newId(), request.requestId, request.key.bytes(), bytes));
    }
  }

  void begin(Request<?, ?> request) {
    inFlight.put(request.id, request);
    registered = inFlight.size();
    long now = nanoClock.getAsLong();
    replicaTimeouts.add(request.id, now);
    (request.asksReplicas() ? requestTimeouts : forwardTimeouts).add(request.id, now);
    request.start();
    discardIfFinished(request);
  }

  private void replicaTimeout(@Nullable Request<?, ?> request, long now, boolean stoodStill) {
    if (request == null) {
      return;
    }
    if (request.asksReplicas() && !request.silent().isEmpty()) {
      metrics.replicaTimeouts.mark();
    }
    if (!stoodStill) {
      request.silent().forEach(member -> silenceOf.accept(member, request.work()));
    }
    request.onReplicaTimeout();
    discardIfFinished(request);
    if (!request.isFinished()) {
      replicaTimeouts.add(request.id, now);
    }
  }

  private void requestTimeout(@Nullable Request<?, ?> request) {
    if (request != null) {
      request.onRequestTimeout();
      discardIfFinished(request);
    }
  }

  private void deliver(Request<?, ?> request, Runnable event) {
    mailbox.execute(
        () -> {
          event.run();
          discardIfFinished(request);
        });
  }

  private void discardIfFinished(Request<?, ?> request) {
    if (request.isFinished()) {
      inFlight.remove(request.id);
      registered = inFlight.size();
    }
  }

  long newId() {
    long id = nextId;
    nextId += idStep;
    return id;
  }
}
