package io.dynamokv.node;

import io.dynamokv.coordination.Failure;
import io.dynamokv.coordination.PutCommand;
import io.dynamokv.coordination.PutEvent;
import io.dynamokv.coordination.PutMachine;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.membership.View;
import io.dynamokv.membership.Work;
import io.dynamokv.node.LocalReplica.WriteProgress;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Status;
import java.util.List;
import java.util.function.Consumer;

/** A PUT in flight. Used from its coordinator's mailbox alone. */
final class PutRequest extends Request<PutCommand, PutOutcome> {
  private final Coordinator coordinator;
  private final ReplicaWrite.Coordinate write;
  private final PutMachine machine;

  PutRequest(
      Coordinator coordinator,
      long id,
      String requestId,
      ReplicaWrite.Coordinate write,
      long startedNs,
      PutMachine machine,
      Consumer<PutOutcome> answer) {
    super(id, requestId, write.key(), startedNs, answer);
    this.coordinator = coordinator;
    this.write = write;
    this.machine = machine;
  }

  @Override
  void start() {
    take(machine.start());
  }

  @Override
  void carryOut(PutCommand command) {
    if (command instanceof PutCommand.StoreLocally) {
      coordinator.storeLocally(this, write);
    } else if (command instanceof PutCommand.Replicate replicate) {
      coordinator.ask(
          this,
          replicate.replica(),
          new Message.WriteRequest(id, requestId, key.bytes(), replicate.state()));
    } else if (command instanceof PutCommand.StandIn standIn) {
      coordinator.metrics().putStandIns.mark();
      coordinator.ask(
          this,
          standIn.fallback(),
          new Message.StandInRequest(
              id, requestId, key.bytes(), standIn.state(), standIn.holder()));
    } else if (command instanceof PutCommand.Owe owe) {
      coordinator.owe(this, owe.replica());
    }
  }

  void onLocal(WriteProgress progress) {
    // Who has come to know that all follow a plan, or serves by it, counts on everything that is
    // applied from then on.
    if (progress instanceof WriteProgress.Applied) {
      machine.setAllHolders(coordinator.allHolders(key));
    }
    take(machine.on(localEvent(progress)));
  }

  void onLocalOverloaded() {
    take(machine.on(new PutEvent.LocalFailed(Failure.OVERLOADED)));
  }

  private static PutEvent localEvent(WriteProgress progress) {
    if (progress instanceof WriteProgress.Applied applied) {
      return new PutEvent.LocalApplied(applied.result().version(), applied.result().state());
    } else if (progress instanceof WriteProgress.Decided decided) {
      WriteResult result = decided.result();
      if (result instanceof WriteResult.Stored) {
        return new PutEvent.LocalStored();
      } else if (result instanceof WriteResult.Refused refused) {
        return new PutEvent.LocalFailed(failureOf(refused.refusal()));
      }
      return new PutEvent.LocalStale();
    }
    return new PutEvent.LocalUncertain();
  }

  private static Failure failureOf(WriteResult.Refusal refusal) {
    return switch (refusal) {
      case STORAGE_FAILED -> Failure.STORAGE_FAILED;
      case NOT_A_HOLDER -> Failure.NOT_A_HOLDER;
      case HINTS_FULL, NOT_SETTLED -> Failure.OVERLOADED;
      case TOO_MANY_SIBLINGS -> Failure.TOO_MANY_SIBLINGS;
      case MALFORMED -> Failure.MALFORMED;
    };
  }

  @Override
  void onReply(MemberId from, Message message) {
    if (message instanceof Message.WriteReply reply) {
      take(
          machine.on(
              reply.status() == Status.OK
                  ? new PutEvent.ReplicaStored(from)
                  : new PutEvent.ReplicaFailed(from, failureOf(reply.status()))));
    }
  }

  @Override
  void onReplicaFailed(MemberId replica, Failure failure) {
    take(machine.on(new PutEvent.ReplicaFailed(replica, failure)));
  }

  @Override
  void onView(View view) {
    take(machine.on(new PutEvent.ViewChanged(view.reachable())));
  }

  @Override
  Work work() {
    return Work.WRITE;
  }

  @Override
  List<MemberId> silent() {
    return machine.silent();
  }

  @Override
  void onReplicaTimeout() {
    take(machine.on(new PutEvent.ReplicaTimeout()));
  }

  @Override
  void onRequestTimeout() {
    take(machine.on(new PutEvent.RequestTimeout()));
  }

  @Override
  void count(PutOutcome outcome) {
    if (!outcome.equals(Coordinator.NOT_HERE)) { // whoever coordinates it counts it
      coordinator.metrics().count(outcome, startedNs);
    }
  }
}
