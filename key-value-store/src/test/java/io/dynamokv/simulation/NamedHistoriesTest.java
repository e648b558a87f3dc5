package io.dynamokv.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.node.LocalReplica;
import io.dynamokv.replica.Identity;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.storage.Storage;
import io.dynamokv.version.Actor;
import io.dynamokv.version.KeyState;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Histories on which stores of this kind have come to grief, played step by step. */
@ExtendWith(QuietLogs.class)
class NamedHistoriesTest {
  /**
   * The doomstone: a tombstone on all holders, a value on a node that stood in for one of them and
   * is away; the tombstone is removed, the key made anew, and the value handed over.
   */
  @Test
  void a_tombstone_outlives_what_an_absent_stand_in_may_still_hand_over() {
    Stage stage = new Stage(new Parts());
    stage.cutOff(stage.holder(2), true);
    stage.pass(3);
    Operation old = stage.put(stage.holder(0), null, 3);
    assertThat(old.answer).isEqualTo(Operation.Answer.STORED);
    assertThat(stage.standIns()).hasSize(1);
    SimulatedNode standIn = stage.standIns().get(0);
    standIn.crashProcess();
    stage.cutOff(stage.holder(2), false);
    stage.pass(5);
    Operation delete = stage.delete(stage.holder(0), stage.get(stage.holder(0), 2), 2);
    assertThat(delete.answer).isEqualTo(Operation.Answer.STORED);

    stage.pass(120);
    assertThat(stage.stateAt(stage.holder(0)).isDeleted()).as("not while one is away").isTrue();
    assertThat(stage.stateAt(stage.holder(1)).isDeleted()).isTrue();
    assertThat(stage.stateAt(stage.holder(2)).isDeleted()).isTrue();

    standIn.start();
    stage.pass(120);
    assertThat(stage.stateAt(stage.holder(0)).isEmpty()).as("when all have met").isTrue();
    assertThat(stage.standIns()).isEmpty();
    Operation anew = stage.put(stage.holder(1), stage.get(stage.holder(1), 3), 3);
    assertThat(anew.answer).isEqualTo(Operation.Answer.STORED);
    assertThat(Stage.values(stage.end())).containsExactly(Stage.valueOf(anew));
  }

  /** A coordinator whose disk was wiped knows none of its own writes, and their counters. */
  @Test
  void a_disk_wiped_between_two_coordinated_writes_loses_neither() {
    Stage stage = new Stage(new Parts());
    SimulatedNode coordinator = stage.holder(0);
    Operation first = stage.put(coordinator, null, 3);
    stage.cutOff(coordinator, true);
    stage.pass(3);
    coordinator.loseDisk();
    coordinator.start();
    stage.pass(1);
    Operation second = stage.put(coordinator, null, 1);
    assertThat(second.answer).as("it has forgotten the first").isEqualTo(Operation.Answer.STORED);
    stage.cutOff(coordinator, false);

    assertThat(Stage.values(stage.end()))
        .containsExactlyInAnyOrder(Stage.valueOf(first), Stage.valueOf(second));
  }

  /** A replica that can not say whether it has written must not count, nor keep others from it. */
  @Test
  void one_disk_error_on_one_replica_is_told_and_mended() {
    Stage stage = new Stage(new Parts());
    SimulatedNode faulty = stage.holder(1);
    Operation first = stage.put(stage.holder(0), null, 3);
    assertThat(first.answer).isEqualTo(Operation.Answer.STORED);
    faulty.disk.setWritesUnsure(true);
    faulty.disk.setReadsFail(true);
    Operation second = stage.put(stage.holder(0), stage.get(stage.holder(0), 2), 2);
    assertThat(second.answer).as("two others have it").isEqualTo(Operation.Answer.STORED);
    Operation throughFaulty = stage.put(faulty, stage.get(stage.holder(0), 2), 1);
    assertThat(throughFaulty.answer).isNotEqualTo(Operation.Answer.STORED);
    assertThat(Stage.values(stage.get(stage.holder(2), 2).found)).contains(Stage.valueOf(second));
    faulty.disk.mend();

    KeyState state = stage.end();

    assertThat(Stage.values(state)).doesNotContain(Stage.valueOf(first));
    assertThat(Stage.values(state))
        .containsAnyOf(Stage.valueOf(second), Stage.valueOf(throughFaulty));
  }

  /** A node that is set back has written more since than it remembers. */
  @Test
  void a_restored_backup_brings_nothing_back_and_hides_nothing() {
    Stage stage = new Stage(new Parts());
    SimulatedNode restored = stage.holder(0);
    Operation first = stage.put(restored, null, 3);
    restored.backUpOrRestore();
    Operation second = stage.put(restored, stage.get(restored, 3), 3);
    assertThat(second.answer).isEqualTo(Operation.Answer.STORED);
    stage.cutOff(restored, true);
    stage.pass(3);
    restored.backUpOrRestore();
    restored.start();
    stage.pass(1);
    Operation third = stage.put(restored, stage.get(restored, 1), 1);
    assertThat(third.answer).isEqualTo(Operation.Answer.STORED);
    stage.cutOff(restored, false);

    assertThat(Stage.values(stage.end()))
        .doesNotContain(Stage.valueOf(first))
        .containsExactlyInAnyOrder(Stage.valueOf(second), Stage.valueOf(third));
  }

  /** One node does not hear that a tombstone is removed, and offers it to those that did. */
  @Test
  void a_tombstone_does_not_go_round_between_those_that_have_removed_it() {
    DeafToTheFirstCollection parts = new DeafToTheFirstCollection();
    Stage stage = new Stage(parts);
    parts.deaf = stage.holder(2).index;
    stage.put(stage.holder(0), null, 3);
    stage.delete(stage.holder(0), stage.get(stage.holder(0), 3), 3);

    assertThat(stage.end().isEmpty()).isTrue();
    assertThat(stage.world.collections()).as("once by each holder").isEqualTo(3);
  }

  /** A node does not hear that it is to remove a tombstone, once. */
  private static final class DeafToTheFirstCollection extends Parts {
    private int deaf = -1;
    private boolean wasDeaf;
    private int made;

    @Override
    Actor actor(int node, Identity identity) {
      made = node;
      return super.actor(node, identity);
    }

    @Override
    LocalReplica replica(LocalReplica replica, Storage storage) {
      int node = made;
      return new ForwardingReplica(replica) {
        @Override
        public boolean write(ReplicaWrite write, Consumer<WriteProgress> done) {
          if (write instanceof ReplicaWrite.Collect && node == deaf && !wasDeaf) {
            wasDeaf = true;
            WriteResult refused = new WriteResult.Refused(WriteResult.Refusal.NOT_SETTLED);
            done.accept(new WriteProgress.Decided(refused));
            return true;
          }
          return super.write(write, done);
        }
      };
    }
  }
}
