package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.storage.Durability;
import io.dynamokv.storage.ForwardingStorage;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.storage.memory.MemoryDisk;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RosterWriterTest {
  private static final byte[] EARLIER = {1};
  private static final byte[] LATER = {2};

  private final Storage disk = new MemoryDisk().open(Durability.SYNC, 1 << 20);
  private final CountDownLatch written = new CountDownLatch(1);
  private final AtomicInteger failures = new AtomicInteger();

  private final Storage failing =
      new ForwardingStorage(disk) {
        @Override
        public void writeMeta(String name, byte[] record) {
          if (failures.getAndDecrement() > 0) {
            throw StorageException.refusal("the disk is full");
          }
          super.writeMeta(name, record);
          written.countDown();
        }
      };

  @AfterEach
  void close() {
    disk.close();
  }

  @Test
  void what_could_not_be_written_is_written_when_the_disk_has_room_again() throws Exception {
    failures.set(2);
    try (RosterWriter writer = new RosterWriter(failing, 1)) {
      writer.write(EARLIER);

      assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(disk.readMeta("roster")).isEqualTo(EARLIER);
    }
  }

  @Test
  void what_waits_to_be_tried_again_is_tried_when_the_node_stops() {
    failures.set(1);
    RosterWriter writer = new RosterWriter(failing, TimeUnit.HOURS.toMillis(1));
    writer.write(EARLIER);
    while (failures.get() > 0) {
      Thread.onSpinWait();
    }
    writer.write(LATER);

    writer.close();

    assertThat(disk.readMeta("roster")).isEqualTo(LATER);
  }
}
