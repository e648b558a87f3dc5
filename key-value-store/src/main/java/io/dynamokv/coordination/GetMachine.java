package io.dynamokv.coordination;

import io.dynamokv.ring.MemberId;
import io.dynamokv.version.KeyState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One GET on its coordinator, which is one of the key's holders. Pure: events in, commands and an
 * outcome out. Not thread-safe.
 *
 * <p>The coordinator reads its own copy first, so that replicas which have the same can say just
 * that. Then it asks as many others as are wanted, in the order in which it was given them, and the
 * rest soon after. It answers at the wanted number, goes on collecting until all have answered or a
 * replica timeout has passed, and then has those repaired that were behind.
 *
 * <p>Where too few holders can answer, the next nodes on the walk answer in their place with what
 * they have, which is what they were given while they stood in for a holder; perhaps nothing.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), sections 4.5, 4.6 (sloppy quorum) and 5
 * (read repair).
 */
public final class GetMachine {
  /** Where a GET stands. */
  enum State {
    NEW,
    READING,
    ASKING,
    /** The client has its answer; the remaining replicas are still listened to. */
    ANSWERED,
    DONE
  }

  static final Moves<State> MOVES =
      new Moves<>(
          Map.of(
              State.NEW, Set.of(State.READING, State.DONE),
              State.READING, Set.of(State.ASKING, State.DONE),
              State.ASKING, Set.of(State.ANSWERED, State.DONE),
              State.ANSWERED, Set.of(State.DONE)));

  private final MemberId self;
  private final Tally tally;
  private final Map<MemberId, KeyState> answers = new LinkedHashMap<>();
  private State state = State.NEW;
  private Set<MemberId> reachable;

  /** This node's own state; null while it has not been taken into account. */
  private @Nullable KeyState local;

  private KeyState merged = KeyState.EMPTY;

  /**
   * @param holders the key's holders, this node among them; those that come first are asked first
   * @param fallbacks who may stand in for holders, best first; none if the quorum is to be strict
   * @param wanted how many must answer, 1 to the number of replicas
   * @param reachable the members that can be reached, this node among them
   */
  public GetMachine(
      MemberId self,
      List<MemberId> holders,
      List<MemberId> fallbacks,
      int wanted,
      Set<MemberId> reachable) {
    this.self = self;
    this.tally = new Tally(wanted, holders, fallbacks);
    this.reachable = reachable;
  }

  /** Begins; called once, before any event. */
  public Step<GetCommand, GetOutcome> start() {
    int present = tally.present(reachable);
    if (present < tally.wanted()) {
      moveTo(State.DONE);
      return new Step<>(List.of(), new GetOutcome.NotEnoughReplicas(tally.wanted(), present), true);
    }
    moveTo(State.READING);
    return new Step<>(List.of(new GetCommand.ReadLocally()), null, false);
  }

  /** Takes in what has happened. Events that come too early or too late change nothing. */
  public Step<GetCommand, GetOutcome> on(GetEvent event) {
    if (!isAwaited(event)) {
      return new Step<>(List.of(), null, state == State.DONE);
    }
    if (event instanceof GetEvent.LocalRead read) {
      local = read.state();
      answered(self, read.state());
      return weigh(ask(tally.missing()));
    } else if (event instanceof GetEvent.LocalFailed) {
      return askWithoutOwnCopy();
    } else if (event instanceof GetEvent.ReplicaRead read) {
      answered(read.replica(), read.state());
      return weigh(List.of());
    } else if (event instanceof GetEvent.ReplicaSame same) {
      return same(same.replica());
    } else if (event instanceof GetEvent.ReplicaFailed failed) {
      tally.giveUp(failed.replica());
      return weigh(List.of());
    } else if (event instanceof GetEvent.ViewChanged view) {
      reachable = view.reachable();
      giveUpUnreachable();
      return weigh(List.of());
    } else if (event instanceof GetEvent.ReplicaTimeout) {
      return replicaTimeout();
    } else {
      return requestTimeout();
    }
  }

  /**
   * Whether this node's own state would be taken into account. One that comes later must not be
   * compared with what the others have: the answer would lack it.
   */
  public boolean awaitsOwnCopy() {
    return state == State.READING;
  }

  /** Who has been asked, and has said nothing yet. */
  public List<MemberId> silent() {
    return state == State.READING ? List.of() : tally.awaited();
  }

  /** An answer counts while its question is open: the local replica's first, then the others'. */
  private boolean isAwaited(GetEvent event) {
    if (event instanceof GetEvent.Local) {
      return awaitsOwnCopy();
    } else if (event instanceof GetEvent.Remote) {
      return state == State.ASKING || state == State.ANSWERED;
    }
    return state != State.DONE;
  }

  /** What a holder says when somebody has answered in its place is worth knowing all the same. */
  private void answered(MemberId replica, KeyState answer) {
    if (tally.isAsked(replica) && !answers.containsKey(replica)) {
      tally.succeed(replica);
      answers.put(replica, answer);
      merged = merged.merge(answer);
    }
  }

  /** The same as nothing that counts is no answer. */
  private Step<GetCommand, GetOutcome> same(MemberId replica) {
    if (local == null) {
      tally.giveUp(replica);
    } else {
      answered(replica, local);
    }
    return weigh(List.of());
  }

  /** Asks all who have not answered, so many of them at once. */
  private List<GetCommand> ask(int atOnce) {
    if (state == State.READING) {
      moveTo(State.ASKING);
    }
    giveUpUnreachable();
    List<GetCommand> commands = new ArrayList<>();
    for (MemberId holder : tally.awaitedHolders()) {
      boolean hurried = commands.size() < atOnce;
      commands.add(hurried ? new GetCommand.Ask(holder) : new GetCommand.AskSoon(holder));
    }
    return commands;
  }

  /**
   * Asks all that are silent at once. Nobody answers in the place of a holder that is only slow: it
   * would know less.
   */
  private List<GetCommand> askAgain() {
    List<MemberId> silentStandIns = tally.awaitedStandIns();
    List<GetCommand> commands = ask(Integer.MAX_VALUE);
    for (MemberId silent : silentStandIns) {
      commands.add(new GetCommand.Ask(tally.replace(silent, reachable)));
    }
    return commands;
  }

  private void giveUpUnreachable() {
    if (state != State.READING) {
      tally.giveUpUnreachable(reachable);
    }
  }

  /**
   * Where the holders can no longer make up the number, others may do so in their place. Not
   * before: a holder has more to tell than who stands in for another.
   */
  private List<GetCommand> makeUp() {
    List<GetCommand> commands = new ArrayList<>(0);
    for (MemberId holder : tally.givenUp()) {
      if (tally.isOutOfReach()) {
        standIn(holder, commands);
      }
    }
    return commands;
  }

  private void standIn(MemberId holder, List<GetCommand> commands) {
    MemberId standIn = tally.standIn(holder, reachable);
    if (standIn != null) {
      commands.add(new GetCommand.Ask(standIn));
    }
  }

  private Step<GetCommand, GetOutcome> weigh(List<GetCommand> asked) {
    List<GetCommand> commands = asked;
    if (state == State.ASKING && tally.isOutOfReach()) {
      commands = new ArrayList<>(asked);
      commands.addAll(makeUp());
    }
    GetOutcome outcome = null;
    if (state == State.ASKING && tally.isReached()) {
      moveTo(State.ANSWERED);
      outcome = new GetOutcome.Found(merged);
    } else if (state == State.ASKING && tally.isOutOfReach()) {
      return end(new GetOutcome.NotEnoughReplicas(tally.wanted(), tally.succeeded()));
    }
    if (state == State.ANSWERED && tally.isComplete()) {
      return end(outcome);
    }
    return new Step<>(commands, outcome, false);
  }

  /** Before the answer, asks those that are silent; after it, stops listening. */
  private Step<GetCommand, GetOutcome> replicaTimeout() {
    return switch (state) {
      case READING -> askWithoutOwnCopy();
      case ASKING -> weigh(askAgain());
      case ANSWERED -> end(null);
      case NEW, DONE -> new Step<>(List.of(), null, false);
    };
  }

  /** This node's own disk has failed or hangs; the others can make up the number without it. */
  private Step<GetCommand, GetOutcome> askWithoutOwnCopy() {
    tally.giveUp(self);
    return weigh(ask(tally.missing()));
  }

  private Step<GetCommand, GetOutcome> requestTimeout() {
    boolean answered = state == State.ANSWERED;
    return end(answered ? null : new GetOutcome.TimedOut(tally.wanted(), tally.succeeded()));
  }

  private Step<GetCommand, GetOutcome> end(@Nullable GetOutcome outcome) {
    moveTo(State.DONE);
    return new Step<>(repairs(), outcome, true);
  }

  private List<GetCommand> repairs() {
    List<GetCommand> repairs = new ArrayList<>();
    answers.forEach(
        (replica, answer) -> {
          if (!answer.equals(merged) && tally.isHolder(replica)) {
            repairs.add(new GetCommand.Repair(replica, merged));
          }
        });
    return repairs;
  }

  State state() {
    return state;
  }

  private void moveTo(State next) {
    state = MOVES.move(state, next);
  }
}
