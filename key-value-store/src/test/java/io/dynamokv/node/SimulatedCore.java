package io.dynamokv.node;

import com.codahale.metrics.NoopMetricRegistry;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Membership;
import io.dynamokv.membership.Standing;
import io.dynamokv.repair.Filling;
import io.dynamokv.repair.RoundReport;
import io.dynamokv.replica.Replica;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.transport.Transport;
import io.dynamokv.version.Actor;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What {@link KeyValueNode} is, without its threads: a {@link NodeCore} on a {@link
 * ReplicaPipeline}. It shows the simulation what nobody else outside this package needs to see.
 */
public final class SimulatedCore {
  private final ReplicaPipeline pipeline;
  private final NodeCore core;

  /** Whoever decides when the threads of the pipeline do something, and how much. */
  public interface Steps {
    /**
     * Runs a step of a thread later, never before this call has returned.
     *
     * @param second whether it is the second half of the work on a batch
     */
    void later(String thread, boolean second, Runnable step);

    /** How many of the queued operations go into the next batch: 1 or more. */
    int batchOf(int queued);
  }

  /**
   * @param around what stands between the coordinators and the pipeline
   */
  public SimulatedCore(
      NodeSettings settings,
      Membership membership,
      Actor actor,
      Replica replica,
      HashedStorage storage,
      Steps steps,
      UnaryOperator<LocalReplica> around,
      Transport transport,
      Consumer<byte[]> keeper,
      List<Executor> mailboxes,
      long firstRequestId,
      Clocks clocks) {
    NoopMetricRegistry noMetrics = new NoopMetricRegistry();
    this.pipeline =
        new ReplicaPipeline(
            replica,
            storage,
            settings.queueCapacity(),
            settings.queueBytes(),
            queues(steps),
            () -> {},
            noMetrics);
    this.core =
        new NodeCore(
            settings,
            membership,
            actor,
            around.apply(pipeline),
            new TransportPeers(transport),
            keeper,
            mailboxes,
            firstRequestId,
            clocks,
            new CoordinatorMetrics(noMetrics, clocks.nano()));
  }

  private static WorkQueue.Maker queues(Steps steps) {
    return new WorkQueue.Maker() {
      @Override
      public <T> WorkQueue<T> make(
          String name, int capacity, int batchLimit, Function<List<T>, Runnable> work) {
        return new SimulatedWorkQueue<>(name, capacity, batchLimit, work, steps);
      }
    };
  }

  public void start() {
    pipeline.start();
  }

  /** Finishes what is being stored, and hands the end of all requests to the mailboxes. */
  public void endAll() {
    pipeline.drain();
    core.endAll();
  }

  /** Finishes what is queued to be written. */
  public void close() {
    pipeline.close();
  }

  /** Where others may be met. */
  public void found(Set<Contact> contacts) {
    core.found(contacts);
  }

  /** Begins to hand over what it holds. */
  public void leave() {
    core.become(Standing.LEAVING);
  }

  /** Says that a member will not come back. */
  public boolean remove(MemberId member) {
    return core.remove(member);
  }

  /** How far it has come with what it is to be brought. */
  public Filling.Progress filling() {
    return core.repairs().filling().progress();
  }

  /** Whether nothing is left here that is not this node's by a plan. */
  public boolean isClear(long plan) {
    return core.repairs().clearing().left(plan) == 0;
  }

  public Transport.Receiver receiver() {
    return core;
  }

  public void beat() {
    core.beat();
  }

  /** Which mailbox a key's requests belong to. */
  public int indexOf(Key key) {
    return core.indexOf(key);
  }

  public void get(Key key, Quorum quorum, String requestId, Consumer<GetOutcome> answer) {
    core.get(key, quorum, requestId, answer);
  }

  public void put(
      ReplicaWrite.Coordinate write, Quorum quorum, String requestId, Consumer<PutOutcome> answer) {
    core.put(write, quorum, requestId, answer);
  }

  /** Lets the deadlines pass that are due. */
  public void tick() {
    core.tick();
  }

  /** Compares what is here with what the others have, soon. */
  public void repair(Consumer<RoundReport> done) {
    core.repair(done);
  }

  /** How many requests are registered, in all mailboxes. */
  public int registered() {
    return core.coordinators().stream().mapToInt(Coordinator::registered).sum();
  }
}
