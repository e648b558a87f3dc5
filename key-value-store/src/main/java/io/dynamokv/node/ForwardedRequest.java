package io.dynamokv.node;

import io.dynamokv.coordination.Failure;
import io.dynamokv.coordination.ForwardMachine;
import io.dynamokv.membership.View;
import io.dynamokv.membership.Work;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.ForwardedAnswer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request in flight that another node is asked to coordinate. Used from its coordinator's mailbox
 * alone.
 *
 * @param <O> the outcome
 */
final class ForwardedRequest<O> extends Request<MemberId, O> {
  private final Coordinator coordinator;
  private final Message message;
  private final ForwardMachine<O> machine;
  private final Function<ForwardedAnswer, @Nullable O> outcomes;
  private int sent;

  /**
   * @param message what the other node is sent, with this request's id
   * @param outcomes reads answers; null for one that says that the node can not coordinate it
   */
  ForwardedRequest(
      Coordinator coordinator,
      Message.Forwarded message,
      Key key,
      long startedNs,
      ForwardMachine<O> machine,
      Function<ForwardedAnswer, @Nullable O> outcomes,
      Consumer<O> answer) {
    super(message.id(), message.requestId(), key, startedNs, answer);
    this.coordinator = coordinator;
    this.message = message;
    this.machine = machine;
    this.outcomes = outcomes;
  }

  @Override
  void start() {
    take(machine.start());
  }

  @Override
  void carryOut(MemberId candidate) {
    if (sent++ > 0) {
      coordinator.metrics().forwardRetried.mark();
    }
    coordinator.ask(this, candidate, message);
  }

  @Override
  void onReply(MemberId from, Message reply) {
    if (reply instanceof ForwardedAnswer answer) {
      O outcome = outcomes.apply(answer);
      take(outcome == null ? machine.onRefused(from) : machine.onAnswer(from, outcome));
    }
  }

  @Override
  void onReplicaFailed(MemberId candidate, Failure failure) {
    take(machine.onRefused(candidate));
  }

  @Override
  void onView(View view) {
    take(machine.onView(view.reachable()));
  }

  /** Not asked as replicas: a coordinator may have to wait for others itself. */
  @Override
  List<MemberId> silent() {
    return List.of();
  }

  @Override
  Work work() {
    return Work.READ;
  }

  @Override
  boolean asksReplicas() {
    return false;
  }

  @Override
  void onReplicaTimeout() {
    take(machine.onSilence());
  }

  @Override
  void onRequestTimeout() {
    take(machine.onTimeout());
  }

  @Override
  void count(O outcome) {
    coordinator.metrics().countForwarded(startedNs);
  }
}
