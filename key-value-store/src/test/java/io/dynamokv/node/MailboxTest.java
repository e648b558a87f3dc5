package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class MailboxTest {
  private final Mailbox mailbox = new Mailbox("test", 4);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Integer> ran = new ArrayList<>();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void tasks_run_in_order_on_the_thread_of_who_brought_them() {
    for (int task = 0; task < 4; task++) {
      assertThat(mailbox.offer(noting(task))).isTrue();
    }
    assertThat(ran).isEmpty();
    assertThat(mailbox.run()).isFalse();
    assertThat(ran).containsExactly(0, 1, 2, 3);
    assertThat(mailbox.depth()).isZero();
  }

  @Test
  void tasks_of_many_threads_never_run_two_at_once_and_none_is_lost() throws Exception {
    int each = 5_000;
    AtomicBoolean busy = new AtomicBoolean();
    AtomicBoolean overlapped = new AtomicBoolean();
    List<Future<?>> bringing = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      bringing.add(
          threads.submit(
              () -> {
                for (int i = 0; i < each; i++) {
                  mailbox.execute(
                      () -> {
                        overlapped.compareAndSet(false, busy.getAndSet(true));
                        ran.add(1);
                        busy.set(false);
                      });
                  mailbox.run();
                }
              }));
    }
    for (Future<?> thread : bringing) {
      thread.get();
    }
    mailbox.run();
    assertThat(ran).hasSize(4 * each);
    assertThat(overlapped).isFalse();
  }

  @Test
  void an_offer_is_refused_when_the_queue_is_full() {
    for (int task = 0; task < 4; task++) {
      assertThat(mailbox.offer(noting(task))).isTrue();
    }
    assertThat(mailbox.offer(noting(4))).isFalse();
    assertThat(mailbox.depth()).isEqualTo(4);
  }

  @Test
  void what_must_not_be_lost_makes_room_for_itself_when_the_queue_is_full() {
    for (int task = 0; task < 10; task++) {
      mailbox.execute(noting(task));
    }
    mailbox.run();
    assertThat(ran).isEqualTo(IntStream.range(0, 10).boxed().toList());
  }

  @Test
  void a_task_may_hand_in_more_tasks_than_the_queue_holds() {
    mailbox.execute(() -> IntStream.range(0, 20).forEach(task -> mailbox.execute(noting(task))));
    mailbox.run();
    assertThat(ran).hasSize(20);
  }

  @Test
  void a_task_that_is_handed_in_by_another_runs_after_it() {
    mailbox.execute(
        () -> {
          mailbox.execute(noting(2));
          mailbox.run();
          ran.add(1);
        });
    mailbox.run();
    assertThat(ran).containsExactly(1, 2);
  }

  @Test
  void while_somebody_runs_tasks_nobody_else_waits_for_it() throws Exception {
    CountDownLatch letGo = new CountDownLatch(1);
    Future<Boolean> runner = runUntil(letGo);
    mailbox.execute(noting(1));
    assertThat(mailbox.run()).isFalse();
    assertThat(ran).isEmpty();
    letGo.countDown();
    assertThat(runner.get()).isFalse();
    assertThat(ran).containsExactly(1);
  }

  @Test
  void a_task_that_hangs_is_told_from_one_that_does_not() throws Exception {
    CountDownLatch letGo = new CountDownLatch(1);
    assertThat(mailbox.hangsFor(0)).isFalse();
    Future<Boolean> runner = runUntil(letGo);
    while (!mailbox.hangsFor(1_000_000)) {
      Thread.onSpinWait();
    }
    assertThat(mailbox.hangsFor(TimeUnit.MINUTES.toNanos(1))).isFalse();
    letGo.countDown();
    runner.get();
    assertThat(mailbox.hangsFor(0)).isFalse();
  }

  /** Has another thread run a task that ends when it is let go; returns when that has begun. */
  private Future<Boolean> runUntil(CountDownLatch letGo) throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    mailbox.execute(
        () -> {
          running.countDown();
          awaitQuietly(letGo);
        });
    Future<Boolean> runner = threads.submit(mailbox::run);
    running.await();
    return runner;
  }

  @Test
  void a_run_ends_after_some_tasks_and_says_that_there_may_be_more() {
    AtomicBoolean stopped = new AtomicBoolean();
    mailbox.execute(() -> again(stopped));
    assertThat(mailbox.run()).isTrue();
    assertThat(mailbox.depth()).isEqualTo(1);
    stopped.set(true);
    assertThat(mailbox.run()).isFalse();
  }

  @Test
  void a_task_that_fails_does_not_stop_the_next() {
    mailbox.execute(
        () -> {
          throw new IllegalStateException("thrown by the test");
        });
    mailbox.execute(noting(1));
    mailbox.run();
    assertThat(ran).containsExactly(1);
  }

  @Test
  void a_closed_mailbox_takes_nothing_and_runs_nothing() {
    mailbox.execute(noting(1));
    mailbox.close();
    assertThat(mailbox.offer(noting(2))).isFalse();
    mailbox.execute(noting(3));
    mailbox.run();
    assertThat(ran).isEmpty();
  }

  private void again(AtomicBoolean stopped) {
    if (!stopped.get()) {
      mailbox.execute(() -> again(stopped));
    }
  }

  private Runnable noting(int task) {
    return () -> ran.add(task);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
