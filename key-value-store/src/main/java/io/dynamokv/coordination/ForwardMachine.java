package io.dynamokv.coordination;

import io.dynamokv.ring.MemberId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One request on a node that can not coordinate it: it goes to one candidate after the other until
 * one has answered. Its commands are the candidates that it is to be sent to. Pure: events in,
 * commands and an outcome out. Not thread-safe.
 *
 * <p>A write goes to the next only if the last has certainly not done it. A read also goes to the
 * next when the last is silent for long, or can not be reached any more.
 *
 * @param <O> the outcome, which is the coordinator's where one has answered
 */
public final class ForwardMachine<O> {
  /** Where a forwarded request stands. */
  enum State {
    NEW,
    WAITING,
    DONE
  }

  static final Moves<State> MOVES =
      new Moves<>(
          Map.of(
              State.NEW, Set.of(State.WAITING, State.DONE),
              State.WAITING, Set.of(State.DONE)));

  private final Rules<O> rules;
  private final Deque<MemberId> untried;
  private final Set<MemberId> awaited = new LinkedHashSet<>();
  private State state = State.NEW;
  private boolean hedged;
  private @Nullable O refusal;

  /**
   * What is different for reads and writes.
   *
   * @param repeatable whether it does no harm if two nodes do it
   * @param didNothing whether who answers so has stored nothing, and another one may do better
   * @param nobody the outcome if there is nobody to ask
   * @param unknown the outcome if nobody has answered
   */
  private record Rules<O>(boolean repeatable, Predicate<O> didNothing, O nobody, O unknown) {}

  private ForwardMachine(Rules<O> rules, List<MemberId> candidates) {
    this.rules = rules;
    this.untried = new ArrayDeque<>(candidates);
  }

  /**
   * One for a GET.
   *
   * @param candidates the holders that can be reached, best first
   * @param wanted how many replicas must answer
   * @param holders how many nodes hold the key
   */
  public static ForwardMachine<GetOutcome> ofGet(
      List<MemberId> candidates, int wanted, int holders) {
    Rules<GetOutcome> rules =
        new Rules<>(
            true,
            outcome ->
                outcome instanceof GetOutcome.NotEnoughReplicas
                    || outcome instanceof GetOutcome.Overloaded,
            new GetOutcome.NoCoordinator(wanted, holders),
            new GetOutcome.TimedOut(wanted, 0));
    return new ForwardMachine<>(rules, candidates);
  }

  /**
   * One for a PUT.
   *
   * @param candidates the holders that can be reached, best first
   * @param wanted how many replicas must have stored it
   * @param holders how many nodes hold the key
   */
  public static ForwardMachine<PutOutcome> ofPut(
      List<MemberId> candidates, int wanted, int holders) {
    Rules<PutOutcome> rules =
        new Rules<>(
            false,
            outcome ->
                outcome instanceof PutOutcome.NotEnoughReplicas
                    || outcome instanceof PutOutcome.NotStored not && not.failure().isPassing(),
            new PutOutcome.NoCoordinator(wanted, holders),
            new PutOutcome.Unknown(wanted, 0));
    return new ForwardMachine<>(rules, candidates);
  }

  /** Begins; called once, before any event. */
  public Step<MemberId, O> start() {
    if (untried.isEmpty()) {
      return end(rules.nobody);
    }
    state = MOVES.move(state, State.WAITING);
    return sendToNext();
  }

  /** A candidate has answered. */
  public Step<MemberId, O> onAnswer(MemberId from, O outcome) {
    if (!isAwaited(from)) {
      return nothing();
    }
    if (rules.didNothing.test(outcome)) {
      refusal = outcome;
      return giveUp(from);
    }
    return end(outcome);
  }

  /** A candidate says that it can not coordinate the request, or could not be sent it. */
  public Step<MemberId, O> onRefused(MemberId from) {
    return isAwaited(from) ? giveUp(from) : nothing();
  }

  /** It is now known that these members, and no others, can be reached. */
  public Step<MemberId, O> onView(Set<MemberId> reachable) {
    boolean isCutOff = state == State.WAITING && !reachable.containsAll(awaited);
    if (!isCutOff) {
      return nothing();
    } else if (!rules.repeatable) {
      return end(rules.unknown);
    }
    awaited.retainAll(reachable);
    return goOn();
  }

  /** Nobody has answered for a replica timeout. One more is asked, not all: all may be slow. */
  public Step<MemberId, O> onSilence() {
    boolean mayTryAnother = state == State.WAITING && rules.repeatable && !untried.isEmpty();
    if (!mayTryAnother || hedged) {
      return nothing();
    }
    hedged = true;
    return sendToNext();
  }

  /** The request's time is up. */
  public Step<MemberId, O> onTimeout() {
    return state == State.WAITING ? end(rules.unknown) : nothing();
  }

  private boolean isAwaited(MemberId candidate) {
    return state == State.WAITING && awaited.contains(candidate);
  }

  private Step<MemberId, O> giveUp(MemberId candidate) {
    awaited.remove(candidate);
    return goOn();
  }

  private Step<MemberId, O> goOn() {
    if (!awaited.isEmpty()) {
      return nothing();
    } else if (!untried.isEmpty()) {
      return sendToNext();
    }
    return end(refusal == null ? rules.nobody : refusal);
  }

  private Step<MemberId, O> sendToNext() {
    MemberId next = untried.remove();
    awaited.add(next);
    return new Step<>(List.of(next), null, false);
  }

  private Step<MemberId, O> nothing() {
    return new Step<>(List.of(), null, state == State.DONE);
  }

  private Step<MemberId, O> end(O outcome) {
    state = MOVES.move(state, State.DONE);
    return new Step<>(List.of(), outcome, true);
  }
}
