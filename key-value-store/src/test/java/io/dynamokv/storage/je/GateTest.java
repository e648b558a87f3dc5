package io.dynamokv.storage.je;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dynamokv.storage.StorageException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GateTest {
  private static final Duration LONG = Duration.ofSeconds(10);

  private final Gate gate = new Gate();

  @Test
  void a_closed_gate_lets_nobody_in() {
    gate.enter();
    gate.exit();

    assertThat(gate.close()).isTrue();

    assertThatExceptionOfType(StorageException.class).isThrownBy(gate::enter);
  }

  @Test
  void only_the_first_closes() {
    gate.close();

    assertThat(gate.close()).isFalse();
  }

  @Test
  void who_refuses_entry_is_not_counted_as_inside() throws Exception {
    gate.close();
    assertThatExceptionOfType(StorageException.class).isThrownBy(gate::enter);

    assertThat(gate.awaitEmpty(LONG)).isTrue();
  }

  @Test
  void waiting_ends_when_somebody_stays_inside_too_long() throws Exception {
    gate.enter();
    gate.close();

    assertThat(gate.awaitEmpty(Duration.ofMillis(1))).isFalse();
  }

  @RepeatedTest(50)
  void nobody_is_inside_once_the_gate_is_empty() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean refused = new AtomicBoolean();
    CountDownLatch running = new CountDownLatch(1);
    ExecutorService user = Executors.newSingleThreadExecutor();
    Future<?> using =
        user.submit(
            () -> {
              while (!refused.get()) {
                enterAndLeave(inside, refused);
                running.countDown();
              }
            });
    running.await();

    gate.close();
    boolean empty = gate.awaitEmpty(LONG);

    assertThat(empty).isTrue();
    assertThat(inside).hasValue(0);
    using.get();
    user.shutdown();
  }

  private void enterAndLeave(AtomicInteger inside, AtomicBoolean refused) {
    try {
      gate.enter();
    } catch (StorageException e) {
      refused.set(true);
      return;
    }
    inside.incrementAndGet();
    inside.decrementAndGet();
    gate.exit();
  }
}
