package io.dynamokv.storage.je;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dynamokv.ring.Key;
import io.dynamokv.storage.Changes;
import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.StorageException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class KeyLocksTest {
  private final ExecutorService threads = Executors.newFixedThreadPool(2);

  @AfterEach
  void stopThreads() {
    threads.shutdown();
  }

  @Test
  void writers_of_other_keys_do_not_wait() throws Exception {
    KeyLocks locks = new KeyLocks(Duration.ofMillis(1));
    locks.lock(group(1));

    threads.submit(() -> lockAndUnlock(locks, group(2))).get();

    locks.unlock(group(1));
  }

  @Test
  void a_key_that_is_not_released_in_time_is_an_error_and_nothing_stays_locked() throws Exception {
    KeyLocks locks = new KeyLocks(Duration.ofMillis(1));
    locks.lock(group(5));
    Future<?> other = threads.submit(() -> locks.lock(group(1, 2, 3, 4, 5, 6, 7, 8)));
    assertThatExceptionOfType(Exception.class)
        .isThrownBy(other::get)
        .withCauseInstanceOf(StorageException.class);

    locks.unlock(group(5));

    threads.submit(() -> lockAndUnlock(locks, group(1, 2, 3, 4, 5, 6, 7, 8))).get();
    lockAndUnlock(locks, group(1, 2, 3, 4, 5, 6, 7, 8));
  }

  @Test
  void more_keys_than_locks_can_be_locked_at_once() {
    KeyLocks locks = new KeyLocks(Duration.ofMillis(1));

    lockAndUnlock(locks, group(IntStream.range(0, 5000).toArray()));
    lockAndUnlock(locks, group(IntStream.range(0, 5000).toArray()));
  }

  @Test
  void overlapping_groups_do_not_deadlock_and_exclude_each_other() throws Exception {
    KeyLocks locks = new KeyLocks(Duration.ofSeconds(10));
    int[] counter = {0};
    Runnable writer =
        () -> {
          SplittableRandom random = new SplittableRandom(Thread.currentThread().getId());
          for (int i = 0; i < 5000; i++) {
            List<Change> group = group(0, random.nextInt(1, 50), random.nextInt(50, 100));
            locks.lock(group);
            counter[0]++;
            locks.unlock(group);
          }
        };

    Future<?> first = threads.submit(writer);
    Future<?> second = threads.submit(writer);
    first.get();
    second.get();

    assertThat(counter[0]).isEqualTo(10_000);
  }

  private static void lockAndUnlock(KeyLocks locks, List<Change> group) {
    locks.lock(group);
    locks.unlock(group);
  }

  private static List<Change> group(int... keys) {
    return Changes.inOrder(
        IntStream.of(keys)
            .mapToObj(i -> Key.of(ByteBuffer.allocate(Integer.BYTES).putInt(i).array()))
            .map(key -> new Change(key, null, new byte[1]))
            .toList());
  }
}
