package io.dynamokv.node;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.Contact;
import io.dynamokv.membership.MemberState;
import io.dynamokv.membership.Membership;
import io.dynamokv.membership.Provider;
import io.dynamokv.membership.Standing;
import io.dynamokv.membership.View;
import io.dynamokv.repair.Collection;
import io.dynamokv.repair.RoundReport;
import io.dynamokv.replica.Replica;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.storage.Storage;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Transport;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Version;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: the threads around a {@link NodeCore}, and the limit on the requests in it.
 * Thread-safe.
 */
public final class KeyValueNode implements KeyValueService, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeyValueNode.class);

  /**
   * Nothing that is done in a mailbox waits for anything, so this is never reached but by a bug.
   */
  private static final long HANGING_NS = TimeUnit.SECONDS.toNanos(10);

  /** So long a node that stops goes on with what it has begun; most requests take milliseconds. */
  private static final long LAST_ANSWERS_NS = TimeUnit.MILLISECONDS.toNanos(500);

  /** How late a timeout may be, and how long a question may be put off. */
  private static final long TICK_MS = 10;

  private final NodeSettings settings;
  private final Membership membership;
  private final Storage storage;
  private final Transport transport;
  private final ReplicaPipeline pipeline;
  private final NodeCore core;
  private final List<Mailbox> mailboxes = new ArrayList<>();
  private final ScheduledExecutorService timer;
  private final RosterWriter rosterWriter;
  private final CoordinatorMetrics metrics;
  private volatile @Nullable MemberState announced;

  /**
   * @param actor who this node is in the clocks of keys
   * @param storage what the replica writes to; whoever opened it closes it, after this node
   */
  public KeyValueNode(
      NodeSettings settings,
      Membership membership,
      Actor actor,
      Replica replica,
      HashedStorage storage,
      Transport transport,
      MetricRegistry registry) {
    this.settings = settings;
    this.membership = membership;
    this.storage = storage;
    this.rosterWriter = new RosterWriter(storage);
    this.transport = transport;
    this.metrics = new CoordinatorMetrics(registry, System::nanoTime);
    this.pipeline =
        new ReplicaPipeline(
            replica,
            storage,
            settings.queueCapacity(),
            settings.queueBytes(),
            ThreadedWorkQueue::new,
            this::turn,
            registry);
    for (int i = 0; i < settings.coordinators(); i++) {
      mailboxes.add(new Mailbox("coordinator-" + i, 8 * settings.requests().maxInFlight()));
    }
    this.core =
        new NodeCore(
            settings,
            membership,
            actor,
            pipeline,
            new TransportPeers(transport),
            rosterWriter::write,
            List.copyOf(mailboxes),
            new SecureRandom().nextLong() >>> 2,
            Clocks.SYSTEM,
            metrics);
    this.timer = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "node-timer"));
    register(registry);
  }

  private void register(MetricRegistry registry) {
    registry.gauge("requests.in-flight", () -> core.admission()::unanswered);
    registry.gauge("requests.forwarded.in-flight", () -> core.forwards()::taken);
    for (int i = 0; i < mailboxes.size(); i++) {
      Mailbox mailbox = mailboxes.get(i);
      Coordinator coordinator = core.coordinators().get(i);
      registry.gauge("requests.mailbox." + i, () -> mailbox::depth);
      registry.gauge("requests.registered." + i, () -> coordinator::registered);
    }
    AntiEntropyMetrics.register(registry, core.repairs().antiEntropy());
    Collection collection = core.repairs().collection();
    registry.gauge("tombstones.due", () -> collection::due);
    registry.gauge(
        "tombstones.calm-ms", () -> () -> TimeUnit.NANOSECONDS.toMillis(collection.calmNs()));
    registry.gauge("hints.oldest-age-ms", () -> core::oldestHintAgeMs);
    registry.gauge("cluster.members", () -> () -> view().members().size());
    registry.gauge("cluster.reachable-members", () -> () -> view().reachable().size());
  }

  /** Starts the threads and the links to the other members; called once. */
  public void start() {
    pipeline.start();
    transport.start(new TurningReceiver());
    // Fixed delays: after a pause of the process there is no flood of missed beats to make up for.
    timer.scheduleWithFixedDelay(
        () -> survive("a heartbeat", core::beat),
        0,
        settings.heartbeatIntervalMs(),
        TimeUnit.MILLISECONDS);
    timer.scheduleWithFixedDelay(
        () -> survive("a tick", core::tick), TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public boolean get(Key key, Quorum quorum, String requestId, Consumer<GetOutcome> answer) {
    return submit(key, answer, counted -> core.get(key, quorum, requestId, counted));
  }

  @Override
  public boolean put(
      Key key,
      Version from,
      byte @Nullable [] value,
      Quorum quorum,
      String requestId,
      Consumer<PutOutcome> answer) {
    ReplicaWrite.Coordinate write = new ReplicaWrite.Coordinate(key, from, value);
    return submit(key, answer, counted -> core.put(write, quorum, requestId, counted));
  }

  /** Hands a request to its mailbox, unless too many are in flight. */
  private <O> boolean submit(Key key, Consumer<O> answer, Consumer<Consumer<O>> request) {
    Admission admission = core.admission();
    Consumer<O> counted =
        outcome -> {
          admission.leave();
          answer.accept(outcome);
        };
    int index = core.indexOf(key);
    if (admission.enter(core.coordinators().get(index))) {
      if (mailboxes.get(index).offer(() -> request.accept(counted))) {
        turn();
        return true;
      }
      admission.leave();
    }
    metrics.overloaded.mark();
    return false;
  }

  @Override
  public View view() {
    return membership.view();
  }

  @Override
  public void scan(Storage.Visitor visitor) {
    storage.scan(0, -1L, visitor);
  }

  @Override
  public void backUp(Path folder) {
    storage.backUp(folder);
  }

  @Override
  public void repair(Consumer<RoundReport> done) {
    core.repair(done);
    turn();
  }

  @Override
  public @Nullable String failure() {
    return Stream.of(storage.failure(), endedThreads(), hangingRequest(), membership.failure())
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private @Nullable String hangingRequest() {
    return mailboxes.stream().anyMatch(mailbox -> mailbox.hangsFor(HANGING_NS))
        ? "a request hangs in this node and holds up others: it has to be restarted"
        : null;
  }

  /** Whoever waits for a thread that is no more waits in vain, so somebody has to be told. */
  private @Nullable String endedThreads() {
    List<String> ended = new ArrayList<>();
    if (pipeline.hasEnded()) {
      ended.add("storage");
    }
    if (timer.isShutdown()) {
      ended.add("timer");
    }
    return ended.isEmpty()
        ? null
        : "threads of this node have ended ("
            + String.join(", ", ended)
            + "): it has to be restarted; its log may say why";
  }

  /** Says where other members may be met. */
  public void found(Set<Contact> contacts) {
    core.found(contacts);
    turn();
  }

  /** Tells a provider what has become of this node, now and whenever that changes. */
  public void announceTo(Provider provider) {
    timer.scheduleWithFixedDelay(
        () ->
            survive(
                "an announcement",
                () -> {
                  MemberState now = view().stateOf(view().self().id());
                  // Who has left is about to be gone, and does not join.
                  if (now != announced && !membership.isRemoved()) {
                    announced = now;
                    provider.announce(now);
                  }
                }),
        0,
        settings.heartbeatIntervalMs(),
        TimeUnit.MILLISECONDS);
  }

  @Override
  public boolean leave() {
    boolean begins = core.become(Standing.LEAVING);
    turn();
    return begins;
  }

  @Override
  public boolean remove(MemberId member) {
    boolean isRemoved = core.remove(member);
    turn();
    return isRemoved;
  }

  /** Leaves, and waits until what this node has is with others; gives up after a while. */
  public void leave(Duration longest) {
    if (!leave()) {
      return;
    }
    try {
      core.hasLeft().get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("this node stops before it has handed over all that it holds");
    } catch (ExecutionException e) {
      throw new IllegalStateException("to have left can not fail", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Transfers transfers() {
    return new Transfers(
        membership.filling(),
        core.repairs().filling().progress(),
        core.repairs().clearing().left(view().plan()));
  }

  /** Answers what other nodes wait for, stops answering, and finishes what was being stored. */
  @Override
  public void close() {
    core.refuseForwards();
    awaitAnswers();
    timer.shutdownNow();
    transport.close();
    // First what is being stored, so that the ends of requests know of it; then what they note.
    pipeline.drain();
    core.endAll();
    mailboxes.forEach(Mailbox::finish);
    rosterWriter.close();
    pipeline.close();
  }

  private void awaitAnswers() {
    long deadlineNs = System.nanoTime() + LAST_ANSWERS_NS;
    try {
      while (core.admission().unanswered() > 0 && System.nanoTime() - deadlineNs < 0) {
        TimeUnit.MILLISECONDS.sleep(TICK_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs what has been put in the mailboxes, and sends what came of it. Called by every thread that
   * has brought something, when it has brought all of it: so messages that belong to the same burst
   * travel together.
   */
  private void turn() {
    boolean left = false;
    for (Mailbox mailbox : mailboxes) {
      left |= mailbox.run();
    }
    transport.flush();
    if (left) {
      leaveToTimer();
    }
  }

  private void leaveToTimer() {
    try {
      timer.execute(() -> survive("a turn", () -> {}));
    } catch (RejectedExecutionException e) {
      LOG.debug("the node has been closed");
    }
  }

  /** Does something and whatever follows from it. What left this method would end the timer. */
  private void survive(String task, Runnable work) {
    Faults.runSurviving(
        LOG,
        task,
        () -> {
          work.run();
          turn();
        });
  }

  private final class TurningReceiver implements Transport.Receiver {
    @Override
    public void onMessages(MemberId from, List<Message> messages) {
      core.onMessages(from, messages);
      turn();
    }

    @Override
    public void onLink(MemberId peer, boolean up) {
      core.onLink(peer, up);
      turn();
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
