package io.dynamokv.version;

import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** One step in the life of a {@link SimulatedKey}. */
sealed interface Action {
  void on(SimulatedKey key);

  record Get(int client, Set<Integer> from) implements Action {
    @Override
    public void on(SimulatedKey key) {
      key.get(client, from);
    }
  }

  record Put(int client, int at, boolean delete) implements Action {
    @Override
    public void on(SimulatedKey key) {
      key.put(client, at, delete);
    }
  }

  record PutRegardless(int client, int at, boolean delete) implements Action {
    @Override
    public void on(SimulatedKey key) {
      key.putRegardless(client, at, delete);
    }
  }

  record Exchange(int from, int to) implements Action {
    @Override
    public void on(SimulatedKey key) {
      key.exchange(from, to);
    }
  }

  record Restart(int replica) implements Action {
    @Override
    public void on(SimulatedKey key) {
      key.restart(replica);
    }
  }

  record WriteOtherKeys(int replica, int count) implements Action {
    @Override
    public void on(SimulatedKey key) {
      key.writeOtherKeys(replica, count);
    }
  }

  record SetClock(int replica, long clockMs) implements Action {
    @Override
    public void on(SimulatedKey key) {
      key.setClock(replica, clockMs);
    }
  }

  /** Random lives of a key. */
  static Arbitrary<List<Action>> histories(int replicaCount, int clientCount, int maxSteps) {
    Arbitrary<Integer> replica = Arbitraries.integers().between(0, replicaCount - 1);
    Arbitrary<Integer> client = Arbitraries.integers().between(0, clientCount - 1);
    Arbitrary<Boolean> delete = Arbitraries.frequency(Tuple.of(3, false), Tuple.of(1, true));
    Arbitrary<Action> get =
        Combinators.combine(client, replica.set().ofMinSize(1).ofMaxSize(3)).as(Get::new);
    Arbitrary<Action> put = Combinators.combine(client, replica, delete).as(Put::new);
    Arbitrary<Action> putRegardless =
        Combinators.combine(client, replica, delete).as(PutRegardless::new);
    Arbitrary<Action> exchange = Combinators.combine(replica, replica).as(Exchange::new);
    Arbitrary<Action> restart = replica.map(Restart::new);
    Arbitrary<Action> otherKeys =
        Combinators.combine(replica, Arbitraries.integers().between(1, 5)).as(WriteOtherKeys::new);
    Arbitrary<Action> setClock =
        Combinators.combine(replica, Arbitraries.longs().between(0, 5)).as(SetClock::new);
    return Arbitraries.frequencyOf(
            Tuple.of(6, get),
            Tuple.of(8, put),
            Tuple.of(1, putRegardless),
            Tuple.of(8, exchange),
            Tuple.of(2, restart),
            Tuple.of(1, otherKeys),
            Tuple.of(2, setClock))
        .list()
        .ofMaxSize(maxSteps)
        .withSizeDistribution(RandomDistribution.uniform());
  }
}
