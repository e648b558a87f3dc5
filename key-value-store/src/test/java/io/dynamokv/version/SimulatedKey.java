package io.dynamokv.version;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One key on several replicas, with clients that read and write it, beside the {@link WriteLog}
 * that knows the truth. Every step checks the rules about siblings and versions: to the letter
 * while no clock can have been trimmed, and after that as far as trimming promises.
 */
final class SimulatedKey {
  /** A replica, and the coordinator that lives with it. */
  private static final class Replica {
    private final long node;
    private int incarnation = 1;
    private long counter;
    private long clockMs;
    private KeyState state = KeyState.EMPTY;
    private BitSet history = new BitSet();

    private Replica(long node) {
      this.node = node;
    }

    private Dot nextDot() {
      return new Dot(new Actor(node, incarnation), ++counter);
    }
  }

  /** What a client has in its hands. */
  private record Seen(Version version, Set<Dot> returned, BitSet history) {}

  private static final Seen NOTHING = new Seen(Version.NONE, Set.of(), new BitSet());

  private final int maxActors;
  private final List<Replica> replicas = new ArrayList<>();
  private final List<Seen> clients = new ArrayList<>();
  private final List<KeyState> states = new ArrayList<>();
  private final WriteLog log = new WriteLog();
  private int actors;
  private int stale;

  /**
   * @param maxActors restarts that would make more actors than this do not happen
   */
  SimulatedKey(int replicaCount, int clientCount, int maxActors) {
    this.maxActors = maxActors;
    this.actors = replicaCount;
    for (int i = 0; i < replicaCount; i++) {
      replicas.add(new Replica(100 - i));
    }
    for (int i = 0; i < clientCount; i++) {
      clients.add(NOTHING);
    }
  }

  SimulatedKey run(List<Action> actions) {
    actions.forEach(action -> action.on(this));
    return this;
  }

  /** A client reads from some replicas, whose answers are merged. */
  void get(int client, Set<Integer> from) {
    KeyState merged = KeyState.EMPTY;
    BitSet history = new BitSet();
    for (int replica : from) {
      merged = merged.merge(replica(replica).state);
      history.or(replica(replica).history);
    }
    check(merged, history);
    clients.set(client, new Seen(merged.version(), dots(merged), history));
  }

  /** A client writes what follows from its version, unless the coordinator finds that stale. */
  void put(int client, int at, boolean delete) {
    Seen seen = clients.get(client);
    Replica coordinator = replica(at);
    boolean holdsUnseen =
        dots(coordinator.state).stream().anyMatch(dot -> !log.contains(seen.history, dot));
    boolean refused = coordinator.state.hasMoreThan(seen.version);
    if (untrimmed()) {
      assertThat(refused)
          .as("stale if and only if the client has not seen it")
          .isEqualTo(holdsUnseen);
    } else if (holdsUnseen) {
      assertThat(refused).as("what the client has not seen makes it stale").isTrue();
    }
    if (refused) {
      stale++;
    } else {
      write(seen, coordinator, delete);
      clients.set(
          client,
          new Seen(
              coordinator.state.version(),
              dots(coordinator.state),
              (BitSet) coordinator.history.clone()));
    }
  }

  /** The same without asking whether it is stale: the client keeps what it had. */
  void putRegardless(int client, int at, boolean delete) {
    write(clients.get(client), replica(at), delete);
  }

  private void write(Seen seen, Replica at, boolean delete) {
    Set<Dot> before = dots(at.state);
    Dot dot = at.nextDot();
    byte @Nullable [] value = delete ? null : dot.toString().getBytes(UTF_8);

    at.state = at.state.write(seen.version, dot, at.clockMs, value);

    BitSet history = log.add(dot, value, seen.history);
    at.history.or(history);
    checkReplaced(seen, before, at.state, dot);
    assertThat(at.state.clock().covers(dot)).as("the clock of a write covers the write").isTrue();
    check(at.state, at.history);
    states.add(at.state);
  }

  private void checkReplaced(Seen seen, Set<Dot> before, KeyState after, Dot dot) {
    Set<Dot> kept = dots(after);
    assertThat(kept).contains(dot);
    assertThat(seen.returned)
        .as("a write replaces what its reader was given")
        .noneMatch(kept::contains);
    for (Dot old : before) {
      boolean wasSeen = log.contains(seen.history, old);
      if (!wasSeen) {
        assertThat(kept).as("a write replaces nothing that its writer has not seen").contains(old);
      } else if (untrimmed()) {
        assertThat(kept).as("a write replaces all that its writer has seen").doesNotContain(old);
      }
    }
  }

  /** A replica merges another's state into its own. */
  void exchange(int from, int to) {
    merge(from, to);
    check(replica(to).state, replica(to).history);
    states.add(replica(to).state);
  }

  private void merge(int from, int to) {
    Replica target = replica(to);
    target.state = target.state.merge(replica(from).state);
    target.history.or(replica(from).history);
  }

  /** A replica's node begins a new life. */
  void restart(int replica) {
    if (actors < maxActors) {
      actors++;
      replica(replica).incarnation++;
    }
  }

  /** A node gives out dots for other keys. */
  void writeOtherKeys(int replica, int count) {
    replica(replica).counter += count;
  }

  /** A node's clock is set, forth or back. */
  void setClock(int replica, long clockMs) {
    replica(replica).clockMs = clockMs;
  }

  /** Every replica tells one and hears from it, until all are the same. */
  SimulatedKey exchangeAll(int hub) {
    for (int round = 0; !isConverged(); round++) {
      assertThat(round).as("rounds of exchange").isLessThan(10);
      for (int replica = 0; replica < replicas.size(); replica++) {
        merge(replica, hub);
      }
      for (int replica = 0; replica < replicas.size(); replica++) {
        merge(hub, replica);
      }
    }
    replicas.forEach(replica -> check(replica.state, replica.history));
    return this;
  }

  boolean isConverged() {
    return replicas.stream().map(replica -> replica.state).distinct().count() == 1;
  }

  KeyState state(int replica) {
    return replica(replica).state;
  }

  Stream<KeyState> replicaStates() {
    return replicas.stream().map(replica -> replica.state);
  }

  /** Every state that any replica was in, but for the empty one. */
  List<KeyState> states() {
    return states;
  }

  int staleCount() {
    return stale;
  }

  /** Whether so few have written that no clock can have been trimmed. */
  boolean untrimmed() {
    return log.actors() <= VectorClock.MAX_ENTRIES;
  }

  private void check(KeyState state, BitSet history) {
    Set<Dot> siblings = dots(state);
    Version version = state.version();
    for (Sibling sibling : state.siblings()) {
      assertThat(sibling).isEqualTo(log.written(sibling.dot()));
      assertThat(version.covers(sibling.dot())).as("a version covers what it came with").isTrue();
    }
    if (untrimmed()) {
      assertThat(siblings).as("the siblings").isEqualTo(log.unreplaced(history));
    } else {
      assertThat(siblings).as("trimming loses no value").containsAll(log.unreplaced(history));
      assertThat(log.dots(history)).as("no value comes from nowhere").containsAll(siblings);
    }
    for (Dot dot : log.dots()) {
      boolean known = log.contains(history, dot);
      if (!known) {
        assertThat(version.covers(dot)).as("a version covers nothing unseen: %s", dot).isFalse();
      } else if (untrimmed()) {
        assertThat(version.covers(dot)).as("a version covers all that was seen: %s", dot).isTrue();
      }
    }
  }

  private Replica replica(int index) {
    return replicas.get(index % replicas.size());
  }

  private static Set<Dot> dots(KeyState state) {
    Set<Dot> dots = new HashSet<>();
    state.siblings().forEach(sibling -> dots.add(sibling.dot()));
    return dots;
  }
}
