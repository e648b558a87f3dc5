package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class MailboxTest {
  private final Mailbox mailbox = new Mailbox("test", 4);

  @AfterEach
  void close() {
    mailbox.close();
  }

  @Test
  void tasks_run_in_order_on_one_thread() throws Exception {
    start();
    List<Integer> ran = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    for (int i = 0; i < 100; i++) {
      int task = i;
      mailbox.execute(() -> ran.add(task));
    }
    mailbox.execute(done::countDown);
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ran).isEqualTo(IntStream.range(0, 100).boxed().toList());
  }

  @Test
  void an_offer_is_refused_when_the_queue_is_full() {
    for (int i = 0; i < 4; i++) {
      assertThat(mailbox.offer(() -> {})).isTrue();
    }
    assertThat(mailbox.offer(() -> {})).isFalse();
    assertThat(mailbox.depth()).isEqualTo(4);
  }

  @Test
  void a_task_may_hand_in_more_tasks_than_the_queue_holds() throws Exception {
    start();
    CountDownLatch done = new CountDownLatch(20);
    mailbox.execute(
        () -> {
          for (int i = 0; i < 20; i++) {
            mailbox.execute(done::countDown);
          }
        });
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_task_that_fails_does_not_stop_the_next() throws Exception {
    start();
    CountDownLatch done = new CountDownLatch(1);
    mailbox.execute(
        () -> {
          throw new IllegalStateException("thrown by the test");
        });
    mailbox.execute(done::countDown);
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void deadlines_pass_without_any_task() throws Exception {
    CountDownLatch ticks = new CountDownLatch(3);
    mailbox.start(longest -> TimeUnit.MILLISECONDS.toNanos(1), ticks::countDown);
    assertThat(ticks.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_mailbox_tells_that_its_thread_has_died() throws Exception {
    assertThat(mailbox.hasEnded()).isFalse();
    CountDownLatch goOn = new CountDownLatch(1);
    mailbox.start(
        longest -> {
          await(goOn);
          throw new IllegalStateException("thrown by the test");
        },
        () -> {});
    assertThat(mailbox.hasEnded()).isFalse();

    goOn.countDown();

    while (!mailbox.hasEnded()) {
      Thread.onSpinWait();
    }
    assertThat(mailbox.offer(() -> {})).as("nobody tells those who hand in tasks").isTrue();
  }

  @Test
  void a_closed_mailbox_takes_nothing() {
    start();
    mailbox.close();
    assertThat(mailbox.offer(() -> {})).isFalse();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void start() {
    mailbox.start(longest -> longest, () -> {});
  }
}
