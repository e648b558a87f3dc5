package io.dynamokv.node;

import io.dynamokv.coordination.Failure;
import io.dynamokv.coordination.Step;
import io.dynamokv.membership.View;
import io.dynamokv.membership.Work;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import java.util.List;
import java.util.function.Consumer;

/**
 * A request in flight: its state machine, and what carries out the machine's commands. Used from
 * its coordinator's mailbox alone.
 *
 * @param <C> the machine's commands
 * @param <O> the machine's outcome
 */
abstract class Request<C, O> {
  final long id;
  final String requestId;
  final Key key;
  final long startedNs;
  private final Consumer<O> answer;
  private boolean finished;
  private boolean answered;

  Request(long id, String requestId, Key key, long startedNs, Consumer<O> answer) {
    this.id = id;
    this.requestId = requestId;
    this.key = key;
    this.startedNs = startedNs;
    this.answer = answer;
  }

  abstract void start();

  abstract void onReply(MemberId from, Message reply);

  abstract void onReplicaFailed(MemberId replica, Failure failure);

  abstract void onView(View view);

  /** What replicas are asked for. */
  abstract Work work();

  /** Whether what it asks of others is to do their part as replicas. */
  boolean asksReplicas() {
    return true;
  }

  /** Who has been asked something, and has not answered. */
  abstract List<MemberId> silent();

  abstract void onReplicaTimeout();

  abstract void onRequestTimeout();

  abstract void carryOut(C command);

  /** Tells whoever counts how the request ended. */
  abstract void count(O outcome);

  /** Answers first, so that the client does not wait for what follows. */
  final void take(Step<C, O> step) {
    finished |= step.finished();
    O outcome = step.outcome();
    try {
      if (outcome != null) {
        answered = true;
        count(outcome);
        answer.accept(outcome);
      }
    } finally {
      // What was promised is done, whatever becomes of the answer.
      step.commands().forEach(this::carryOut);
    }
  }

  /** Whether the machine can be discarded. */
  final boolean isFinished() {
    return finished;
  }

  /** Whether the client has its answer. */
  final boolean isAnswered() {
    return answered;
  }

  static Failure failureOf(Message.Status status) {
    return switch (status) {
      case STORAGE_FAILED -> Failure.STORAGE_FAILED;
      case OVERLOADED -> Failure.OVERLOADED;
      case TOO_MANY_SIBLINGS -> Failure.TOO_MANY_SIBLINGS;
      case MALFORMED, OK, SAME, ABSENT -> Failure.MALFORMED;
    };
  }
}
