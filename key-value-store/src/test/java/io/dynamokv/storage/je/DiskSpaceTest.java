package io.dynamokv.storage.je;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DiskSpaceTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicLong free = new AtomicLong(100);
  private final AtomicInteger looks = new AtomicInteger();
  private final DiskSpace disk = new DiskSpace(100, this::look, nanos::get);

  @Test
  void enough_is_enough() {
    assertThatCode(() -> disk.require(1)).doesNotThrowAnyException();
    assertThat(disk.failure()).isNull();
  }

  @Test
  void a_full_disk_is_noticed_after_a_second_and_a_freed_one_too() {
    free.set(99);
    assertThat(disk.failure()).isNull();

    nanos.addAndGet(DiskSpace.LOOK_EVERY.toNanos());
    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> disk.require(1))
        .withMessage("the disk is full: 99 bytes are free, 100 must stay free");

    free.set(100);
    nanos.addAndGet(DiskSpace.LOOK_EVERY.toNanos());
    assertThat(disk.failure()).isNull();
  }

  @Test
  void the_disk_is_asked_once_a_second_however_often_it_is_needed() {
    for (int i = 0; i < 100; i++) {
      nanos.addAndGet(DiskSpace.LOOK_EVERY.toNanos() / 10);
      disk.require(1);
    }

    assertThat(looks).hasValue(11);
  }

  @Test
  void a_disk_that_is_filled_within_a_second_is_noticed_by_what_was_written() {
    free.set(99);
    disk.require(1 << 20);

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(() -> disk.require(1))
        .withMessageContaining("the disk is full");
  }

  @Test
  void a_disk_that_does_not_say_is_a_failure() {
    free.set(-1);
    nanos.addAndGet(DiskSpace.LOOK_EVERY.toNanos());

    assertThat(disk.failure()).contains("does not say").contains("stale file handle");
  }

  private long look() throws IOException {
    looks.incrementAndGet();
    if (free.get() < 0) {
      throw new IOException("stale file handle");
    }
    return free.get();
  }
}
