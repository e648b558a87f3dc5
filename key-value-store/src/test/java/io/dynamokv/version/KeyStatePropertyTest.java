package io.dynamokv.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** The rules about siblings and merging, on keys whose clocks are never trimmed. */
class KeyStatePropertyTest {
  private static final int REPLICAS = 4;
  private static final int CLIENTS = 3;

  @Provide
  Arbitrary<List<Action>> histories() {
    return Action.histories(REPLICAS, CLIENTS, 60);
  }

  /** Three states that replicas of one key were in, at any time. */
  @Provide
  Arbitrary<List<KeyState>> threeOfOneKey() {
    return Action.histories(REPLICAS, CLIENTS, 60)
        .map(history -> run(history).states())
        .filter(states -> !states.isEmpty())
        .flatMap(states -> Arbitraries.of(states).list().ofSize(3));
  }

  @Provide
  Arbitrary<KeyState> anyState() {
    return Samples.states();
  }

  @Provide
  Arbitrary<Version> anyVersion() {
    return Samples.versions();
  }

  @Provide
  Arbitrary<List<Exchange>> exchanges() {
    Arbitrary<Integer> replica = Arbitraries.integers().between(0, REPLICAS - 1);
    return Combinators.combine(replica, replica).as(Exchange::new).list().ofMaxSize(30);
  }

  record Exchange(int from, int to) {}

  private static SimulatedKey run(List<Action> history) {
    return new SimulatedKey(REPLICAS, CLIENTS, VectorClock.MAX_ENTRIES).run(history);
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void every_rule_about_siblings_holds_in_every_history(@ForAll("histories") List<Action> history) {
    assertThat(run(history).untrimmed()).isTrue();
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void merge_is_a_join_of_the_states_of_a_key(
      @ForAll("threeOfOneKey") @Size(3) List<KeyState> states) {
    KeyState a = states.get(0);
    KeyState b = states.get(1);
    KeyState c = states.get(2);

    assertThat(a.merge(a)).isEqualTo(a);
    assertThat(a.merge(b)).isEqualTo(b.merge(a));
    assertThat(a.merge(b).merge(c)).isEqualTo(a.merge(b.merge(c)));
    assertThat(a.merge(a.merge(b))).as("nothing is learnt twice").isEqualTo(a.merge(b));
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void replicas_that_exchange_their_states_in_any_order_reach_the_same_bytes(
      @ForAll("histories") List<Action> history, @ForAll("exchanges") List<Exchange> exchanges) {
    KeyState expected = run(history).replicaStates().reduce(KeyState.EMPTY, KeyState::merge);
    SimulatedKey key = run(history);

    exchanges.forEach(exchange -> key.exchange(exchange.from, exchange.to));
    key.exchangeAll(exchanges.size());

    assertThat(key.replicaStates().map(StateCodec::encode))
        .allSatisfy(bytes -> assertThat(bytes).isEqualTo(StateCodec.encode(expected)));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void merge_is_commutative_and_idempotent_even_for_states_that_no_history_reaches(
      @ForAll("anyState") KeyState a, @ForAll("anyState") KeyState b) {
    assertThat(a.merge(b)).isEqualTo(b.merge(a));
    assertThat(a.merge(a)).isEqualTo(a);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void a_write_keeps_exactly_what_its_version_does_not_cover_in_any_state(
      @ForAll("anyState") KeyState state, @ForAll("anyVersion") Version from) {
    Sibling written = Sibling.of(new Dot(new Actor(77, 1), 1), new byte[] {1});

    KeyState after = state.write(from, written.dot(), 3, written.value());

    assertThat(after.siblings())
        .contains(written)
        .containsAll(
            state.siblings().stream().filter(sibling -> !from.covers(sibling.dot())).toList())
        .noneMatch(sibling -> from.covers(sibling.dot()));
    assertThat(after.clock().entries()).hasSizeLessThanOrEqualTo(VectorClock.MAX_ENTRIES);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void a_state_has_nothing_more_than_its_own_version(@ForAll("anyState") KeyState state) {
    assertThat(state.hasMoreThan(state.version())).isFalse();
    assertThat(state.hasMoreThan(Version.NONE)).isTrue();
  }
}
