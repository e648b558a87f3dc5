package io.dynamokv.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

/** What still holds when more nodes have written a key than its clock has entries. */
class TrimmingPropertyTest {
  private static final int REPLICAS = 14;
  private static final int CLIENTS = 3;
  private static final int MAX_ACTORS = 60;

  @Provide
  Arbitrary<List<Action>> histories() {
    return Action.histories(REPLICAS, CLIENTS, 200);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  @StatisticsReport(onFailureOnly = true)
  void trimming_never_loses_a_value_that_nobody_replaced(
      @ForAll("histories") List<Action> history) {
    SimulatedKey key = new SimulatedKey(REPLICAS, CLIENTS, MAX_ACTORS).run(history);

    Statistics.label("trimmed")
        .collect(!key.untrimmed())
        .coverage(coverage -> coverage.check(true).percentage(share -> share > 40));
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void replicas_that_exchange_their_states_become_the_same(
      @ForAll("histories") List<Action> history, @ForAll @IntRange(max = REPLICAS - 1) int hub) {
    SimulatedKey key = new SimulatedKey(REPLICAS, CLIENTS, MAX_ACTORS).run(history);

    key.exchangeAll(hub);

    assertThat(key.isConverged()).isTrue();
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void no_sibling_is_immortal(
      @ForAll("histories") List<Action> history, @ForAll @IntRange(max = REPLICAS - 1) int at) {
    SimulatedKey key = new SimulatedKey(REPLICAS, CLIENTS, MAX_ACTORS).run(history).exchangeAll(at);
    int before = key.staleCount();

    for (int round = 0; round < 3 || key.state(at).siblings().size() > 1; round++) {
      assertThat(round).as("rounds of reading and writing").isLessThan(10);
      key.get(0, Set.of(at));
      key.put(0, at, false);
      key.exchangeAll(at);
    }

    assertThat(key.state(at).siblings()).hasSize(1);
    assertThat(key.staleCount()).as("refused writes").isEqualTo(before);
  }
}
