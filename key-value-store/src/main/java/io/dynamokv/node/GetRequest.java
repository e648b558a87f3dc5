package io.dynamokv.node;

import io.dynamokv.coordination.Failure;
import io.dynamokv.coordination.GetCommand;
import io.dynamokv.coordination.GetEvent;
import io.dynamokv.coordination.GetMachine;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.membership.View;
import io.dynamokv.membership.Work;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.MalformedStateException;
import io.dynamokv.version.StateCodec;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A GET in flight. Used from its coordinator's mailbox alone. */
final class GetRequest extends Request<GetCommand, GetOutcome> {
  private final Coordinator coordinator;
  private final GetMachine machine;
  private long localHash = StateCodec.NO_STATE;

  GetRequest(
      Coordinator coordinator,
      long id,
      String requestId,
      Key key,
      long startedNs,
      GetMachine machine,
      Consumer<GetOutcome> answer) {
    super(id, requestId, key, startedNs, answer);
    this.coordinator = coordinator;
    this.machine = machine;
  }

  @Override
  void start() {
    take(machine.start());
  }

  @Override
  void carryOut(GetCommand command) {
    if (command instanceof GetCommand.ReadLocally) {
      coordinator.readLocally(this);
    } else if (command instanceof GetCommand.Ask ask) {
      coordinator.ask(this, ask.replica(), question());
    } else if (command instanceof GetCommand.AskSoon ask) {
      coordinator.askSoon(this, ask.replica(), question());
    } else if (command instanceof GetCommand.Repair repair) {
      coordinator.repair(this, repair.replica(), repair.state());
    }
  }

  private Message question() {
    return new Message.ReadRequest(id, requestId, key.bytes(), localHash);
  }

  void onLocal(LocalReplica.ReadResult result) {
    if (!machine.awaitsOwnCopy()) {
      return;
    }
    if (result instanceof LocalReplica.ReadResult.Read read) {
      take(machine.on(localEvent(read.state())));
    } else {
      take(machine.on(new GetEvent.LocalFailed(Failure.STORAGE_FAILED)));
    }
  }

  void onLocalOverloaded() {
    take(machine.on(new GetEvent.LocalFailed(Failure.OVERLOADED)));
  }

  private GetEvent localEvent(byte @Nullable [] bytes) {
    if (bytes == null) {
      return new GetEvent.LocalRead(KeyState.EMPTY);
    }
    KeyState state = decode(bytes);
    if (state == null) {
      return new GetEvent.LocalFailed(Failure.STORAGE_FAILED);
    }
    localHash = StateCodec.hash(bytes);
    return new GetEvent.LocalRead(state);
  }

  @Override
  void onReply(MemberId from, Message message) {
    if (message instanceof Message.ReadReply reply) {
      take(machine.on(eventOf(from, reply)));
    }
  }

  private static GetEvent eventOf(MemberId from, Message.ReadReply reply) {
    if (reply.status() == Status.SAME) {
      return new GetEvent.ReplicaSame(from);
    }
    if (reply.status() == Status.ABSENT) {
      return new GetEvent.ReplicaRead(from, KeyState.EMPTY);
    }
    byte[] bytes = reply.state();
    KeyState state = reply.status() == Status.OK && bytes != null ? decode(bytes) : null;
    return state == null
        ? new GetEvent.ReplicaFailed(from, failureOf(reply.status()))
        : new GetEvent.ReplicaRead(from, state);
  }

  private static @Nullable KeyState decode(byte[] bytes) {
    try {
      return StateCodec.decode(bytes);
    } catch (MalformedStateException e) {
      return null;
    }
  }

  @Override
  void onReplicaFailed(MemberId replica, Failure failure) {
    take(machine.on(new GetEvent.ReplicaFailed(replica, failure)));
  }

  @Override
  void onView(View view) {
    take(machine.on(new GetEvent.ViewChanged(view.readable())));
  }

  @Override
  Work work() {
    return Work.READ;
  }

  @Override
  List<MemberId> silent() {
    return machine.silent();
  }

  @Override
  void onReplicaTimeout() {
    take(machine.on(new GetEvent.ReplicaTimeout()));
  }

  @Override
  void onRequestTimeout() {
    take(machine.on(new GetEvent.RequestTimeout()));
  }

  @Override
  void count(GetOutcome outcome) {
    coordinator.metrics().count(outcome, startedNs);
  }
}
