package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.storage.memory.MemoryDisk;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataOwnershipTest {
  private static final MemberId NODE = new MemberId("node-1");

  private final Storage storage = new MemoryDisk().open(Durability.SYNC, 1 << 20);

  @Test
  void the_same_ring_is_welcome_again() {
    DataOwnership.claim(storage, ring(3));
    store();
    assertThatCode(() -> DataOwnership.claim(storage, ring(3))).doesNotThrowAnyException();
  }

  @Test
  void another_member_is_refused() {
    DataOwnership.claim(storage, NODE);
    DataOwnership.claim(storage, NODE);
    assertThatThrownBy(() -> DataOwnership.claim(storage, new MemberId("node-2")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("node-1")
        .hasMessageContaining("node-2");
  }

  @Test
  void another_ring_is_refused_once_there_is_data() {
    DataOwnership.claim(storage, ring(4));
    DataOwnership.claim(storage, ring(5));
    store();
    assertThatThrownBy(() -> DataOwnership.claim(storage, ring(4)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("while there is data");
  }

  private void store() {
    storage.compareAndWrite(
        List.of(new Storage.Change(Key.of(new byte[] {1}), null, new byte[] {2})));
  }

  private static Ring ring(int nodes) {
    List<RingMember> members = new ArrayList<>();
    for (int i = 1; i <= nodes; i++) {
      members.add(new RingMember(new MemberId("node-" + i), ""));
    }
    return Ring.of(TokenAllocator.initial(members, new Partitions(16), 3), 3);
  }
}
