package io.dynamokv.node;

import io.dynamokv.coordination.Failure;
import io.dynamokv.coordination.ForwardMachine;
import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
import io.dynamokv.membership.View;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.ForwardedAnswer;
import io.dynamokv.version.VersionBytes;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Has other nodes coordinate what this node can not. Used from its coordinator's mailbox alone; so
 * many are forwarded at once, from all mailboxes together.
 */
final class Forwarding {
  private final Coordinator coordinator;
  private final Places places;

  Forwarding(Coordinator coordinator, Places places) {
    this.coordinator = coordinator;
    this.places = places;
  }

  void get(Key key, Quorum quorum, String requestId, Consumer<GetOutcome> answer) {
    forward(
        key,
        new Message.ForwardedGet(coordinator.newId(), requestId, key.bytes(), wanted(quorum)),
        (candidates, holders) -> ForwardMachine.ofGet(candidates, quorum.wanted(), holders),
        ForwardedAnswers::toGetOutcome,
        new GetOutcome.Overloaded(),
        answer);
  }

  void put(
      ReplicaWrite.Coordinate write, Quorum quorum, String requestId, Consumer<PutOutcome> answer) {
    forward(
        write.key(),
        new Message.ForwardedPut(
            coordinator.newId(),
            requestId,
            write.key().bytes(),
            wanted(quorum),
            VersionBytes.encode(write.from()),
            write.value()),
        (candidates, holders) -> ForwardMachine.ofPut(candidates, quorum.wanted(), holders),
        reply -> ForwardedAnswers.toPutOutcome(reply, quorum.wanted()),
        new PutOutcome.NotStored(Failure.OVERLOADED),
        answer);
  }

  private static Message.WantedReplicas wanted(Quorum quorum) {
    return new Message.WantedReplicas(quorum.wanted(), quorum.strict());
  }

  private <O> void forward(
      Key key,
      Message.Forwarded message,
      BiFunction<List<MemberId>, Integer, ForwardMachine<O>> machines,
      Function<ForwardedAnswer, @Nullable O> outcomes,
      O overloaded,
      Consumer<O> answer) {
    if (!places.take(1)) {
      coordinator.metrics().forwardRefused.mark();
      answer.accept(overloaded);
      return;
    }
    View now = coordinator.view();
    List<MemberId> holders = now.ring().preferenceList(key).holders();
    coordinator.begin(
        new ForwardedRequest<>(
            coordinator,
            message,
            key,
            coordinator.nanoTime(),
            machines.apply(Route.elsewhere(now, holders), holders.size()),
            outcomes,
            outcome -> {
              places.giveBack(1);
              answer.accept(outcome);
            }));
  }
}
