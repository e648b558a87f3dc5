package io.dynamokv.coordination;

import static java.util.Objects.requireNonNull;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One PUT on its coordinator, which is one of the key's holders. Pure: events in, commands and an
 * outcome out. Not thread-safe.
 *
 * <p>The coordinator applies the value first, which gives it its version, and sends it while it is
 * being stored here: all holders force it to their disks at the same time, and whoever has done so
 * counts. Until it is applied, a PUT that can not succeed leaves nothing behind; from then on, one
 * that does not reach its number is {@link PutOutcome.Unknown}, never a failure. A coordinator that
 * crashes in between may forget a value that others have; so it must not go on under the name that
 * it gave the value ({@code replica.Identity}).
 *
 * <p>For a holder that can not be reached, fails or is silent, the next node on the walk stands in:
 * it stores the state in its place, with a hint to bring it there. Its answer counts as the
 * holder's.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), sections 4.5 and 4.6 (sloppy quorum).
 */
public final class PutMachine {
  /** Where a PUT stands. */
  enum State {
    NEW,
    APPLYING,
    REPLICATING,
    /** The client has its answer; the remaining replicas are still waited for. */
    ANSWERED,
    DONE
  }

  static final Moves<State> MOVES =
      new Moves<>(
          Map.of(
              State.NEW, Set.of(State.APPLYING, State.DONE),
              State.APPLYING, Set.of(State.REPLICATING, State.DONE),
              State.REPLICATING, Set.of(State.ANSWERED, State.DONE),
              State.ANSWERED, Set.of(State.DONE)));

  private final MemberId self;
  private final Tally tally;

  /** Who can not store it for a reason that time does not heal: no hint would ever reach them. */
  private final Set<MemberId> beyondHelp = new HashSet<>(0);

  /** Those that have not stored it yet, and whether they were sent it and have said nothing. */
  private final Map<MemberId, Boolean> newHolders = new LinkedHashMap<>(0);

  private State state = State.NEW;
  private Set<MemberId> reachable;
  private @Nullable Version version;
  private byte @Nullable [] applied;

  /**
   * @param holders the key's holders, this node among them
   * @param fallbacks who may stand in for holders, best first; none if the quorum is to be strict
   * @param wanted how many must have stored it, 1 to the number of replicas
   * @param reachable the members that can be reached, this node among them
   */
  public PutMachine(
      MemberId self,
      List<MemberId> holders,
      List<MemberId> fallbacks,
      int wanted,
      Set<MemberId> reachable) {
    this.self = self;
    this.tally = new Tally(wanted, holders, fallbacks);
    this.reachable = reachable;
  }

  /**
   * Who holds the key, or will, when it is applied: those that were no holders at the beginning are
   * sent it too, and do not count. To be told at most once, right before {@link
   * PutEvent.LocalApplied}.
   */
  public void setAllHolders(List<MemberId> allHolders) {
    allHolders.stream().filter(id -> !tally.isHolder(id)).forEach(id -> newHolders.put(id, false));
  }

  /** Begins; called once, before any event. */
  public Step<PutCommand, PutOutcome> start() {
    // Whoever has come to hold the key since may not have all that it should have.
    int present = tally.isHolder(self) ? tally.present(reachable) : 0;
    if (present < tally.wanted()) {
      return end(new PutOutcome.NotEnoughReplicas(tally.wanted(), present));
    }
    moveTo(State.APPLYING);
    return new Step<>(List.of(new PutCommand.StoreLocally()), null, false);
  }

  /** Takes in what has happened. Events that come too early or too late change nothing. */
  public Step<PutCommand, PutOutcome> on(PutEvent event) {
    if (event instanceof PutEvent.LocalApplied local && state == State.DONE && applied == null) {
      // The request's time was up before: nobody is sent this now, so all others are owed it.
      applied = local.state();
      return new Step<>(owed(), null, true);
    } else if (!isAwaited(event)) {
      return new Step<>(List.of(), null, state == State.DONE);
    }
    if (event instanceof PutEvent.LocalApplied local) {
      return localApplied(local);
    } else if (event instanceof PutEvent.LocalStored) {
      tally.succeed(self);
      return weigh(List.of());
    } else if (event instanceof PutEvent.LocalStale) {
      return end(new PutOutcome.Stale());
    } else if (event instanceof PutEvent.LocalFailed local) {
      return end(new PutOutcome.NotStored(local.failure()));
    } else if (event instanceof PutEvent.LocalUncertain) {
      return localUncertain();
    } else if (event instanceof PutEvent.ReplicaStored replica) {
      newHolders.remove(replica.replica());
      tally.succeed(replica.replica());
      return weigh(List.of());
    } else if (event instanceof PutEvent.ReplicaFailed replica) {
      return replicaFailed(replica);
    } else if (event instanceof PutEvent.ViewChanged view) {
      reachable = view.reachable();
      newHolders.replaceAll((id, isAwaited) -> isAwaited && reachable.contains(id));
      giveUpUnreachable();
      return weigh(makeUp());
    } else if (event instanceof PutEvent.ReplicaTimeout) {
      return replicaTimeout();
    } else {
      return requestTimeout();
    }
  }

  /** Who has been sent the state, and has said nothing yet. */
  public List<MemberId> silent() {
    List<MemberId> silent = applied == null ? new ArrayList<>(0) : tally.awaited();
    silent.remove(self);
    return silent;
  }

  /** An answer counts while its question is open. */
  private boolean isAwaited(PutEvent event) {
    boolean sent = state == State.REPLICATING || state == State.ANSWERED;
    if (event instanceof PutEvent.LocalUncertain) {
      return sent || state == State.APPLYING;
    } else if (event instanceof PutEvent.LocalStored || event instanceof PutEvent.Remote) {
      return sent;
    } else if (event instanceof PutEvent.Local) {
      return state == State.APPLYING;
    }
    return state != State.DONE;
  }

  private Step<PutCommand, PutOutcome> localApplied(PutEvent.LocalApplied local) {
    moveTo(State.REPLICATING);
    version = local.version();
    applied = local.state();
    List<PutCommand> commands = replicate();
    newHolders.replaceAll((id, isAwaited) -> reachable.contains(id));
    newHolders.forEach(
        (id, isAwaited) -> {
          if (isAwaited) {
            commands.add(new PutCommand.Replicate(id, local.state()));
          }
        });
    return weigh(commands);
  }

  private Step<PutCommand, PutOutcome> replicaFailed(PutEvent.ReplicaFailed failed) {
    tally.giveUp(failed.replica());
    newHolders.replace(failed.replica(), false);
    if (!failed.failure().isPassing()) {
      beyondHelp.add(failed.replica());
    }
    return weigh(makeUp());
  }

  /** Without a state to send, nothing more can come of it; with one, the others may do. */
  private Step<PutCommand, PutOutcome> localUncertain() {
    if (applied == null) {
      return end(new PutOutcome.Unknown(tally.wanted(), tally.succeeded()));
    }
    tally.giveUp(self);
    return weigh(makeUp());
  }

  /** Sends it to those that have not answered, for the first time or again. */
  private List<PutCommand> replicate() {
    if (applied == null) {
      return List.of();
    }
    giveUpUnreachable();
    List<PutCommand> commands = new ArrayList<>();
    for (MemberId holder : tally.awaitedHolders()) {
      if (!holder.equals(self)) {
        commands.add(new PutCommand.Replicate(holder, applied));
      }
    }
    commands.addAll(makeUp());
    return commands;
  }

  /** A link may lose messages, or lead nowhere: sends it again, and to somebody else as well. */
  private List<PutCommand> replicateAgain() {
    List<MemberId> silentStandIns = tally.awaitedStandIns();
    List<PutCommand> commands = replicate();
    for (MemberId holder : tally.awaitedHolders()) {
      standIn(holder, commands);
    }
    for (MemberId silent : silentStandIns) {
      MemberId next = tally.replace(silent, reachable);
      commands.add(new PutCommand.StandIn(next, tally.holderFor(silent), requireNonNull(applied)));
    }
    return commands;
  }

  /**
   * Sends it to those that stand in for who is away, so that there are as many copies as there
   * should be; and for who has failed, if it does not succeed without. Once the client has its
   * answer a hint will do.
   */
  private List<PutCommand> makeUp() {
    List<PutCommand> commands = new ArrayList<>(0);
    for (MemberId holder : tally.givenUp()) {
      boolean isNeeded = !reachable.contains(holder) || tally.isOutOfReach();
      if (isNeeded && state == State.REPLICATING) {
        standIn(holder, commands);
      }
    }
    return commands;
  }

  private void standIn(MemberId holder, List<PutCommand> commands) {
    if (applied != null && !beyondHelp.contains(holder)) {
      MemberId standIn = tally.standIn(holder, reachable);
      if (standIn != null) {
        commands.add(new PutCommand.StandIn(standIn, holder, applied));
      }
    }
  }

  private void giveUpUnreachable() {
    if (applied != null) {
      tally.giveUpUnreachable(reachable);
    }
  }

  /** Even where too few are left, those few are sent what is stored here, so as not to lack it. */
  private Step<PutCommand, PutOutcome> weigh(List<PutCommand> commands) {
    PutOutcome outcome = null;
    if (state == State.REPLICATING && tally.isReached()) {
      moveTo(State.ANSWERED);
      outcome = new PutOutcome.Stored(requireNonNull(version));
    } else if (state == State.REPLICATING && tally.isOutOfReach()) {
      moveTo(State.DONE);
      outcome = new PutOutcome.Unknown(tally.wanted(), tally.succeeded());
    }
    if (state == State.ANSWERED && tally.isComplete() && !newHolders.containsValue(true)) {
      moveTo(State.DONE);
    }
    if (state == State.DONE) {
      return new Step<>(join(commands, owed()), outcome, true);
    }
    return new Step<>(commands, outcome, false);
  }

  private static List<PutCommand> join(List<PutCommand> some, List<PutCommand> others) {
    List<PutCommand> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  /**
   * At the end, whatever it is: what is stored here is owed to all who have not stored it, but for
   * those that are owed it by somebody who stands in for them.
   */
  private List<PutCommand> owed() {
    if (applied == null) {
      return List.of();
    }
    List<PutCommand> owed = new ArrayList<>(0);
    for (MemberId replica : tally.withoutSuccess()) {
      if (!replica.equals(self)) {
        owed.add(new PutCommand.Owe(replica));
      }
    }
    newHolders.keySet().forEach(newHolder -> owed.add(new PutCommand.Owe(newHolder)));
    return owed;
  }

  /**
   * Before the answer, turns to those that are silent again; after it, waits no longer. But where
   * all holders have stored it, those that are just becoming holders are given more time: they have
   * much to do, and to wait a little costs less than a hint.
   */
  private Step<PutCommand, PutOutcome> replicaTimeout() {
    if (state != State.ANSWERED) {
      return weigh(replicateAgain());
    }
    return tally.withoutSuccess().isEmpty() ? weigh(List.of()) : end(null);
  }

  private Step<PutCommand, PutOutcome> requestTimeout() {
    if (state == State.ANSWERED) {
      return end(null);
    }
    return end(new PutOutcome.Unknown(tally.wanted(), tally.succeeded()));
  }

  private Step<PutCommand, PutOutcome> end(@Nullable PutOutcome outcome) {
    moveTo(State.DONE);
    return new Step<>(owed(), outcome, true);
  }

  State state() {
    return state;
  }

  private void moveTo(State next) {
    state = MOVES.move(state, next);
  }
}
