package io.dynamokv.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.replica.ReplicaWrite;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A checker that never complains is worth nothing: each of these bugs must be found soon. */
@ExtendWith(QuietLogs.class)
class PlantedBugsTest {
  private static final int ENOUGH_SEEDS = 200;
  private static final String NOTHING = "nothing";

  private static final UnaryOperator<Scenario> SLOW_AND_CRASHING =
      drawn -> drawn.withOnly(List.of(Fault.PROCESS_CRASH, Fault.SLOW_DISK));

  private static final UnaryOperator<Scenario> ESTRANGED_FIVE =
      drawn -> drawn.withOnly(Simulation.FORGETTING_NOTHING).withNodes(5);

  private static final UnaryOperator<Scenario> LOSING_DISKS =
      drawn -> drawn.withOnly(List.of(Fault.DISK_LOSS, Fault.PARTITION)).withNodes(5);

  private static final UnaryOperator<Scenario> ESTRANGED =
      drawn -> drawn.withOnly(Simulation.FORGETTING_NOTHING);

  private static final UnaryOperator<Scenario> RESTING =
      drawn -> ESTRANGED.apply(drawn).withoutHints().withRests();

  @Test
  void a_forgotten_merge_is_found() {
    assertFound(PlantedBugs.OverwritesInsteadOfMerging::new, "NoAcknowledgedWriteLost");
    assertFound(PlantedBugs.OverwritesInsteadOfMerging::new, "NoSilentClobber");
  }

  @Test
  void a_merge_that_brings_back_what_was_replaced_is_found() {
    assertFound(PlantedBugs.KeepsWhatWasReplaced::new, "NoFalseSiblings");
  }

  @Test
  void a_replica_that_never_stores_is_found() {
    assertFound(PlantedBugs.NeverStoresWhatItIsSent::new, "Convergence");
  }

  @Test
  void a_counter_used_again_after_a_crash_is_found() {
    assertFound(PlantedBugs.ReusesCounters::new, "DotsAreUnique");
  }

  @Test
  void an_acknowledgement_before_hardening_is_found() {
    assertFound(PlantedBugs.AcknowledgesBeforeHardening::new, "HonestAnswers");
  }

  @Test
  void an_acknowledgement_before_storing_is_found() {
    assertFound(PlantedBugs.AcknowledgesBeforeStoring::new, "HonestAnswers");
  }

  @Test
  void an_incarnation_kept_without_its_memory_is_found() {
    assertFound(PlantedBugs.KeepsItsIncarnation::new, "NoSilentClobber");
  }

  @Test
  void a_put_that_drops_unseen_siblings_is_found() {
    assertFound(PlantedBugs.DropsUnseenSiblings::new, "NoSilentClobber");
  }

  @Test
  void a_quorum_that_is_one_short_is_found() {
    assertFound(PlantedBugs.CountsOneTooMany::new, "HonestAnswers");
  }

  @Test
  void a_read_answered_with_what_a_crash_may_undo_is_found() {
    assertFound(PlantedBugs.TellsWhatItMayForget::new, "HonestAnswers");
  }

  @Test
  void a_write_that_is_denied_although_it_may_be_stored_is_found() {
    assertFound(PlantedBugs.DeniesWhatItMayHaveStored::new, "HonestAnswers");
  }

  @Test
  void a_request_id_used_again_after_a_restart_is_found() {
    assertThat(find(PlantedBugs.BeginsItsRequestIdsAnew::new, SLOW_AND_CRASHING, any -> true))
        .isNotEqualTo(NOTHING);
  }

  @Test
  void a_hint_that_is_not_noted_is_found() {
    assertThat(
            find(
                () -> new PlantedBugs.Forgets(ReplicaWrite.Owe.class),
                ESTRANGED,
                "Handoff"::equals))
        .isEqualTo("Handoff");
  }

  @Test
  void a_hint_that_is_struck_out_though_the_key_has_changed_is_found() {
    assertThat(find(PlantedBugs.StrikesOutBlindly::new, ESTRANGED, "Handoff"::equals))
        .isEqualTo("Handoff");
  }

  @Test
  void a_hint_that_is_never_struck_out_is_found() {
    assertThat(
            find(
                () -> new PlantedBugs.Forgets(ReplicaWrite.HandedOver.class),
                ESTRANGED,
                "HintsArrive"::equals))
        .isEqualTo("HintsArrive");
  }

  @Test
  void a_node_that_stands_in_and_takes_no_note_is_found() {
    assertThat(
            find(PlantedBugs.StandsInWithoutNote::new, ESTRANGED_FIVE, "NothingLeftOver"::equals))
        .isEqualTo("NothingLeftOver");
  }

  @Test
  void a_restored_backup_that_keeps_its_name_is_found() {
    UnaryOperator<Scenario> restoring =
        drawn -> drawn.withOnly(List.of(Fault.BACKUP_RESTORED, Fault.PARTITION));
    assertThat(find(PlantedBugs.KeepsItsNameWhenRestored::new, restoring, "DotsAreUnique"::equals))
        .isEqualTo("DotsAreUnique");
  }

  @Test
  void a_tree_that_is_never_known_is_found() {
    assertFound(PlantedBugs.NeverKnowsItsTree::new, "Convergence");
  }

  @Test
  void a_note_that_is_given_up_without_an_heir_is_found() {
    assertThat(
            find(
                PlantedBugs.ReassignsToNobody::new,
                drawn -> ESTRANGED_FIVE.apply(drawn).withMaxHintAge(500),
                "NothingLeftOver"::equals))
        .isEqualTo("NothingLeftOver");
  }

  @Test
  void a_node_that_lets_go_of_what_nobody_else_has_yet_is_found() {
    assertThat(
            find(
                PlantedBugs.ReleasesBeforeItIsThere::new,
                LOSING_DISKS,
                "NoAcknowledgedWriteLost"::equals))
        .isEqualTo("NoAcknowledgedWriteLost");
  }

  @Test
  void a_tombstone_that_is_removed_while_somebody_has_something_older_is_found() {
    assertThat(find(PlantedBugs.AgreesToEverything::new, RESTING, "NoResurrection"::equals))
        .isEqualTo("NoResurrection");
  }

  @Test
  void a_backup_that_is_older_than_what_was_forgotten_is_found() {
    UnaryOperator<Scenario> restoring =
        drawn ->
            drawn
                .withOnly(List.of(Fault.BACKUP_RESTORED))
                .withGaps(5 * Scenario.SECOND)
                .withRests();
    assertThat(find(PlantedBugs.RestoresWhatIsTooOld::new, restoring, "NoResurrection"::equals))
        .isEqualTo("NoResurrection");
  }

  @Test
  void a_newcomer_that_is_not_told_of_the_keys_that_it_is_to_hold_is_found() {
    assertThat(
            find(PlantedBugs.HidesKeys::new, Scenario::withChangingMembers, "RingSettles"::equals))
        .isEqualTo("RingSettles");
  }

  /** Looks at no other invariant, so that each shows that it can be violated. */
  private static void assertFound(Supplier<Parts> bug, String invariant) {
    assertThat(find(bug, drawn -> drawn, invariant::equals)).isEqualTo(invariant);
  }

  /** The name of the first of these invariants that is found not to hold. */
  private static String find(
      Supplier<Parts> bug, UnaryOperator<Scenario> scenario, Predicate<String> invariants) {
    for (int seed = 1; seed <= ENOUGH_SEEDS; seed++) {
      try {
        new Simulation(seed, bug.get(), scenario, other -> invariants.test(other.name())).run();
      } catch (SimulationFailure found) {
        if (invariants.test(found.invariant())) {
          assertThat(found).hasMessageContaining("seed=" + seed + "\n");
          return found.invariant();
        }
      }
    }
    return NOTHING;
  }
}
