package io.dynamokv.storage.je;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dynamokv.storage.StorageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GroupFlushTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger flushes = new AtomicInteger();
  private final Semaphore started = new Semaphore(0);
  private final Semaphore mayEnd = new Semaphore(0);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final GroupFlush flush = new GroupFlush(this::heldFlush, nanos::get);

  @AfterEach
  void stopThreads() {
    mayEnd.release(1000);
    threads.shutdown();
  }

  @Test
  void what_is_already_flushed_needs_no_flush() {
    mayEnd.release(2);
    flush.harden();
    assertThat(flushes).hasValue(0);

    flush.wrote();
    flush.harden();
    flush.harden();

    assertThat(flushes).hasValue(1);
  }

  @Test
  void a_flush_that_starts_after_a_write_covers_it_whoever_started_it() throws Exception {
    flush.wrote();
    flush.wrote();
    Future<?> leader = threads.submit(flush::harden);
    started.acquire();

    Future<?> follower = threads.submit(flush::harden);
    mayEnd.release();
    leader.get();
    follower.get();

    assertThat(flushes).hasValue(1);
  }

  @Test
  void a_write_during_a_flush_waits_for_the_next_one() throws Exception {
    flush.wrote();
    Future<?> leader = threads.submit(flush::harden);
    started.acquire();
    flush.wrote();
    Future<?> late = threads.submit(flush::harden);

    mayEnd.release();
    leader.get();
    started.acquire();
    assertThat(late).isNotDone();
    mayEnd.release();
    late.get();

    assertThat(flushes).hasValue(2);
  }

  @Test
  void all_that_write_during_a_flush_share_the_next_one() throws Exception {
    flush.wrote();
    Future<?> leader = threads.submit(flush::harden);
    started.acquire();
    List<Future<?>> group = new ArrayList<>();
    CountDownLatch written = new CountDownLatch(20);
    for (int i = 0; i < 20; i++) {
      group.add(
          threads.submit(
              () -> {
                flush.wrote();
                written.countDown();
                flush.harden();
              }));
    }
    written.await();

    mayEnd.release(2);
    leader.get();
    for (Future<?> member : group) {
      member.get();
    }

    assertThat(flushes).hasValue(2);
  }

  @Test
  void a_failed_flush_fails_all_that_waited_for_it_and_all_later_ones() throws Exception {
    CompletableFuture<Void> disk = new CompletableFuture<>();
    GroupFlush failing =
        new GroupFlush(
            () -> {
              flushes.incrementAndGet();
              started.release();
              disk.join();
            },
            nanos::get);
    failing.wrote();
    Future<?> leader = threads.submit(failing::harden);
    started.acquire();
    failing.wrote();
    Future<?> follower = threads.submit(failing::harden);

    disk.completeExceptionally(new IllegalStateException("input/output error"));

    assertThatExceptionOfType(ExecutionException.class).isThrownBy(leader::get);
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(follower::get)
        .withCauseInstanceOf(StorageException.class);
    failing.wrote();
    assertThatExceptionOfType(StorageException.class).isThrownBy(failing::harden);
    assertThatExceptionOfType(StorageException.class).isThrownBy(failing::requireWorking);
    assertThat(failing.failure()).contains("input/output error");
    assertThat(flushes).as("a later fsync that succeeds proves nothing").hasValue(1);
  }

  @Test
  void a_flush_that_takes_too_long_is_a_failing_disk_until_it_ends() throws Exception {
    flush.wrote();
    Future<?> leader = threads.submit(flush::harden);
    started.acquire();
    assertThat(flush.failure()).isNull();

    nanos.addAndGet(GroupFlush.STALLED_AFTER.toNanos());
    assertThat(flush.failure()).contains("has not answered for 10 s");

    mayEnd.release();
    leader.get();
    assertThat(flush.failure()).isNull();
  }

  @Test
  void nobody_waits_for_ever_for_the_flush_of_another() throws Exception {
    AtomicLong jumping = new AtomicLong();
    GroupFlush hanging =
        new GroupFlush(this::heldFlush, () -> jumping.getAndAdd(Duration.ofSeconds(31).toNanos()));
    hanging.wrote();
    Future<?> leader = threads.submit(hanging::harden);
    started.acquire();

    assertThatExceptionOfType(StorageException.class)
        .isThrownBy(hanging::harden)
        .withMessageContaining("has not answered for 30 s");

    mayEnd.release();
    leader.get();
  }

  @Test
  void an_interrupt_does_not_end_the_wait_and_is_kept() throws Exception {
    flush.wrote();
    Future<?> leader = threads.submit(flush::harden);
    started.acquire();
    CompletableFuture<Boolean> keptInterrupt = new CompletableFuture<>();
    Thread follower =
        new Thread(
            () -> {
              flush.harden();
              keptInterrupt.complete(Thread.currentThread().isInterrupted());
            });
    follower.start();

    follower.interrupt();
    mayEnd.release();

    leader.get();
    assertThat(keptInterrupt.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(flushes).hasValue(1);
  }

  private void heldFlush() {
    flushes.incrementAndGet();
    started.release();
    mayEnd.acquireUninterruptibly();
  }
}
