package io.dynamokv.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.Partitions;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.version.Dot;
import java.util.List;
import org.junit.jupiter.api.Test;

class DotsTest {
  private static final Partitions PARTITIONS = new Partitions(2);

  /** One of each partition. */
  private static final Key FIRST = keyIn(0);

  private static final Key SECOND = keyIn(1);

  private final MemoryDisk disk = new MemoryDisk();
  private Storage storage = disk.open(Durability.SYNC, 1 << 20);
  private Identity identity = Identity.open(storage, () -> 7);
  private Dots dots = new Dots(identity, storage, PARTITIONS, key -> key.equals(FIRST));

  private static Key keyIn(int partition) {
    for (byte i = 0; ; i++) {
      Key key = Key.of(new byte[] {i});
      if (PARTITIONS.partitionOf(key.position()) == partition) {
        return key;
      }
    }
  }

  private void restartCleanly() {
    identity.closeCleanly();
    storage.close();
    storage = disk.open(Durability.SYNC, 1 << 20);
    identity = Identity.open(storage, () -> 7);
    dots = new Dots(identity, storage, PARTITIONS, key -> true);
  }

  @Test
  void dots_follow_each_other_in_one_incarnation() {
    Dot one = dots.next(FIRST);
    Dot two = dots.next(SECOND);

    assertThat(two.actor()).isEqualTo(one.actor());
    assertThat(two.counter()).isGreaterThan(one.counter());
  }

  @Test
  void a_partition_of_which_something_was_dropped_begins_a_new_incarnation_and_only_once() {
    Dot before = dots.next(SECOND);
    dots.forget(List.of(SECOND));

    assertThat(dots.next(FIRST).actor()).as("the other is remembered").isEqualTo(before.actor());
    Dot after = dots.next(SECOND);
    assertThat(after.actor().incarnation()).isEqualTo(before.actor().incarnation() + 1);
    assertThat(after.counter()).isGreaterThan(before.counter());
    assertThat(dots.next(SECOND).actor().incarnation()).isEqualTo(after.actor().incarnation());
    assertThat(dots.next(FIRST).actor().incarnation()).isEqualTo(after.actor().incarnation());
  }

  @Test
  void what_was_dropped_is_remembered_over_a_clean_restart() {
    Dot before = dots.next(SECOND);
    dots.forget(List.of(SECOND));
    restartCleanly();

    assertThat(dots.next(FIRST).actor().incarnation()).isEqualTo(before.actor().incarnation());
    assertThat(dots.next(SECOND).actor().incarnation()).isEqualTo(before.actor().incarnation() + 1);
  }

  @Test
  void it_says_which_keys_this_node_may_write() {
    assertThat(dots.mayWrite(FIRST)).isTrue();
    assertThat(dots.mayWrite(SECOND)).isFalse();
  }
}
