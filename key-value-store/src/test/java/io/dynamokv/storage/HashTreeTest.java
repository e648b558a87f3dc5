package io.dynamokv.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.Partitions;
import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.memory.MemoryDisk;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HashTreeTest {
  private static final Partitions PARTITIONS = new Partitions(16);

  private final Storage memory = new MemoryDisk().open(Durability.SYNC, 64 << 20);
  private final HashedStorage storage = new HashedStorage(memory, PARTITIONS);
  private final HashTree tree = storage.tree();

  private static Key key(int number) {
    return Key.of(("key-" + number).getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] state(int number) {
    return ("state-" + number).getBytes(StandardCharsets.UTF_8);
  }

  private void put(int key, int state) {
    byte[] found = storage.read(key(key));
    storage.compareAndWrite(List.of(new Change(key(key), found, state(state))));
  }

  private void remove(int key) {
    byte[] found = storage.read(key(key));
    if (found != null) {
      storage.compareAndWrite(List.of(new Change(key(key), found, null)));
    }
  }

  private static List<Long> hashes(HashTree tree) {
    List<Long> hashes = new ArrayList<>();
    for (int leaf = 0; leaf < tree.leaves(); leaf++) {
      hashes.add(tree.hashOfLeaf(leaf));
    }
    for (int partition = 0; partition < PARTITIONS.count(); partition++) {
      hashes.add(tree.hashOfPartition(partition));
    }
    return hashes;
  }

  private HashTree madeAnew() {
    HashedStorage again = new HashedStorage(memory, PARTITIONS);
    again.rebuild(0, again.tree().leaves());
    return again.tree();
  }

  @Property(tries = 100)
  void a_tree_kept_up_to_date_is_the_one_that_a_scan_makes(
      @ForAll @Size(max = 60) List<@IntRange(min = -20, max = 60) Integer> writes) {
    HashTreeTest test = new HashTreeTest();
    test.storage.rebuild(0, test.tree.leaves());
    for (int i = 0; i < writes.size(); i++) {
      int key = writes.get(i);
      if (key < 0) {
        test.remove(-key);
      } else {
        test.put(key, i);
      }
    }

    assertThat(hashes(test.tree)).isEqualTo(hashes(test.madeAnew()));
  }

  @Test
  void nothing_is_known_before_it_was_looked_at() {
    assertThat(tree.isKnown(0)).isFalse();
    assertThat(tree.nextUnknown(0, tree.leaves())).isZero();

    storage.rebuild(tree.firstLeaf(3), tree.firstLeaf(4));

    assertThat(tree.isKnown(3)).isTrue();
    assertThat(tree.isKnown(4)).isFalse();
    assertThat(tree.nextUnknown(tree.firstLeaf(3), tree.leaves())).isEqualTo(tree.firstLeaf(4));
  }

  @Test
  void the_order_of_writes_does_not_matter_and_the_state_does() {
    storage.rebuild(0, tree.leaves());
    put(1, 1);
    put(2, 2);
    List<Long> first = hashes(tree);
    put(1, 7);
    assertThat(hashes(tree)).isNotEqualTo(first);
    put(2, 9);
    put(2, 2);
    put(1, 1);
    assertThat(hashes(tree)).isEqualTo(first);
  }

  @Test
  void states_that_are_swapped_between_two_keys_are_seen() {
    assertThat(HashTree.hashOf(key(1), state(1)) ^ HashTree.hashOf(key(2), state(2)))
        .isNotEqualTo(HashTree.hashOf(key(1), state(2)) ^ HashTree.hashOf(key(2), state(1)));
  }

  @Test
  void a_leaf_that_is_written_while_it_is_scanned_stays_unknown() {
    put(1, 1);
    HashTree.Rebuild rebuild = tree.rebuild(0, tree.leaves());
    rebuild.add(key(1), state(1));
    put(1, 2);
    rebuild.end();

    int leaf = tree.leafOf(key(1).position());
    assertThat(tree.nextUnknown(0, tree.leaves())).isEqualTo(leaf);
    storage.rebuild(leaf, leaf + 1);
    assertThat(hashes(tree)).isEqualTo(hashes(madeAnew()));
    assertThat(tree.nextUnknown(0, tree.leaves())).isEqualTo(tree.leaves());
  }

  @Test
  void a_scan_that_begins_during_a_write_does_not_count_either() {
    int leaf = tree.leafOf(key(1).position());
    tree.begin(leaf);
    HashTree.Rebuild rebuild = tree.rebuild(leaf, leaf + 1);
    tree.end(leaf, 5);
    rebuild.end();

    assertThat(tree.nextUnknown(leaf, leaf + 1)).isEqualTo(leaf);
  }

  @Test
  void changes_that_conflict_make_no_difference() {
    put(1, 1);
    storage.rebuild(0, tree.leaves());
    List<Long> before = hashes(tree);

    List<Change> conflicts =
        storage.compareAndWrite(List.of(new Change(key(1), state(5), state(6))));

    assertThat(conflicts).hasSize(1);
    assertThat(hashes(tree)).isEqualTo(before);
  }

  @Test
  void what_may_have_been_written_or_not_is_unknown_and_what_was_refused_is_not() {
    StorageException[] failure = {new StorageException("perhaps")};
    HashedStorage failing =
        new HashedStorage(
            new ForwardingStorage(memory) {
              @Override
              public List<Change> compareAndWrite(List<Change> changes) {
                throw failure[0];
              }
            },
            PARTITIONS);
    failing.rebuild(0, failing.tree().leaves());
    List<Change> change = List.of(new Change(key(1), null, state(1)));
    int leaf = failing.tree().leafOf(key(1).position());

    failure[0] = StorageException.refusal("no");
    assertThatThrownBy(() -> failing.compareAndWrite(change)).isSameAs(failure[0]);
    assertThat(failing.tree().nextUnknown(0, failing.tree().leaves()))
        .isEqualTo(failing.tree().leaves());

    failure[0] = new StorageException("perhaps");
    assertThatThrownBy(() -> failing.compareAndWrite(change)).isSameAs(failure[0]);
    assertThat(failing.tree().nextUnknown(0, failing.tree().leaves())).isEqualTo(leaf);
  }

  @Test
  void leaves_cover_the_ring_in_its_order() {
    assertThat(tree.firstPosition(0)).isZero();
    assertThat(tree.lastPosition(tree.leaves() - 1)).isEqualTo(-1L);
    for (int leaf = 1; leaf < tree.leaves(); leaf++) {
      assertThat(tree.firstPosition(leaf)).isEqualTo(tree.lastPosition(leaf - 1) + 1);
      assertThat(tree.leafOf(tree.firstPosition(leaf))).isEqualTo(leaf);
      assertThat(tree.leafOf(tree.lastPosition(leaf))).isEqualTo(leaf);
      assertThat(tree.partitionOf(leaf))
          .isEqualTo(PARTITIONS.partitionOf(tree.firstPosition(leaf)));
    }
  }

  @Test
  void trees_stay_small_whatever_the_number_of_partitions() {
    assertThat(new HashTree(new Partitions(1)).leavesPerPartition()).isEqualTo(256);
    assertThat(new HashTree(new Partitions(1024)).leavesPerPartition()).isEqualTo(256);
    assertThat(new HashTree(new Partitions(1 << 16)).leavesPerPartition()).isEqualTo(4);
  }

  @Test
  void keys_between_two_positions_come_with_their_hashes_up_to_a_limit() {
    for (int i = 0; i < 50; i++) {
      put(i, i);
    }
    KeyHashes all = storage.keys(KeyQuery.between(0, -1L, 100));
    assertThat(all.entries()).hasSize(50);
    assertThat(all.lastPosition()).isEqualTo(-1L);

    KeyHashes some = storage.keys(KeyQuery.between(0, -1L, 20));

    assertThat(some.entries()).isEqualTo(all.entries().subList(0, 20));
    assertThat(some.lastPosition()).isEqualTo(some.entries().get(19).key().position());
  }
}
