package io.dynamokv.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dynamokv.replica.Identity;
import io.dynamokv.version.Actor;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The invariants of design.md, section 8, held against a whole cluster in which things go wrong.
 *
 * <p>{@code -Dsimulation.seed=N} runs one seed, {@code -Dsimulation.seeds=K} so many, {@code
 * -Dsimulation.minutes=M} for so long; see {@code docs/simulation.md}.
 */
@ExtendWith(QuietLogs.class)
class SimulationTest {
  private static final long FIRST_SEED = 1;

  /** Half as many in each of the two other ranges: some three minutes of two cores in all. */
  private static final long SEEDS = 1000;

  @Test
  void what_must_hold_holds_whatever_goes_wrong() {
    Long one = Long.getLong("simulation.seed");
    long minutes = Long.getLong("simulation.minutes", 0);
    long count = Long.getLong("simulation.seeds", one != null ? 1 : minutes > 0 ? 0 : SEEDS);

    Campaign campaign = Campaign.run(one != null ? one : FIRST_SEED, count, minutes);

    System.out.println(campaign);
  }

  @Test
  void what_must_hold_holds_while_members_come_and_go() {
    Long one = Long.getLong("simulation.changing.seed");
    long minutes = Long.getLong("simulation.minutes", 0);
    long count = Long.getLong("simulation.seeds", one != null ? 1 : minutes > 0 ? 0 : SEEDS / 2);

    Campaign campaign =
        Campaign.run(
            one != null ? one : FIRST_SEED, count, minutes, Simulation::runWithChangingMembers);

    System.out.println(campaign);
    if (count > 100) {
      assertThat(campaign.situations())
          .containsKeys(Situation.OF_MEMBERS.toArray(Situation[]::new));
    }
  }

  @Test
  void what_must_hold_holds_while_tombstones_are_removed() {
    Long one = Long.getLong("simulation.resting.seed");
    long minutes = Long.getLong("simulation.minutes", 0);
    long count = Long.getLong("simulation.seeds", one != null ? 1 : minutes > 0 ? 0 : SEEDS / 2);

    Campaign campaign =
        Campaign.run(one != null ? one : FIRST_SEED, count, minutes, Simulation::runWithRests);

    Integer collected = campaign.situations().get(Situation.TOMBSTONE_COLLECTED);
    System.out.println(campaign + ", tombstones removed: " + collected);
    if (count > 10) {
      assertThat(collected).isNotNull();
    }
  }

  /**
   * Kept seeds: a write was denied that was stored (8), a read was answered with what a crash undid
   * (224), answers from before a restart counted after it (737, 2227), a write was called stale for
   * the sake of one that was not there (191), an own copy that came too late made a replica that
   * had the same count as one that had nothing (197), and a handoff that brought something was
   * slowed down as if it had not (4134).
   */
  @ParameterizedTest
  @ValueSource(longs = {8, 224, 737, 2227, 191, 197, 4134})
  void what_was_found_once_is_found_no_more(long seed) {
    assertThat(Simulation.run(seed).requests()).isPositive();
  }

  @Test
  void whatever_ends_a_run_tells_its_seed_and_how_to_see_it_again() {
    Parts broken =
        new Parts() {
          @Override
          Actor actor(int node, Identity identity) {
            throw new StackOverflowError("planted");
          }
        };

    assertThatThrownBy(() -> new Simulation(7, broken).run())
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("NothingThrows does not hold, with seed 7")
        .hasMessageContaining("-Dsimulation.seed=7")
        .hasRootCauseInstanceOf(StackOverflowError.class);
  }

  @Test
  void a_run_that_would_never_end_is_ended() {
    VirtualTime time = new VirtualTime(new Trace());
    Runnable again =
        new Runnable() {
          @Override
          public void run() {
            time.after(0, this);
          }
        };
    time.after(0, again);

    assertThatThrownBy(() -> time.pass(1)).isInstanceOf(InvariantViolation.class);
  }

  /** Whatever keeps nodes from each other: what they note brings all copies together, no read. */
  @Test
  void copies_come_together_by_hints_alone_where_no_node_forgets() {
    for (int seed = 1; seed <= 60; seed++) {
      Simulation simulation =
          new Simulation(
              seed,
              new Parts(),
              drawn -> drawn.withOnly(Simulation.FORGETTING_NOTHING),
              invariant -> true);
      assertThat(simulation.run().situations()).containsKey(Situation.HINT_SETTLED);
    }
  }

  @Test
  void runs_come_across_everything_that_they_should() {
    Campaign campaign = Campaign.run(FIRST_SEED, 60, 0);

    Set<Situation> expected = EnumSet.allOf(Situation.class);
    Situation.OF_MEMBERS.forEach(expected::remove);
    expected.remove(Situation.TOMBSTONE_COLLECTED);
    assertThat(campaign.situations()).containsOnlyKeys(expected.toArray(Situation[]::new));
  }
}
