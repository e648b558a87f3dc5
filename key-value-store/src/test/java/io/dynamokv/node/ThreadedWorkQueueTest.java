package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.replica.Replica;
import io.dynamokv.ring.Partitions;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ThreadedWorkQueueTest {
  @Test
  void a_batch_that_fails_badly_does_not_end_the_thread() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    ThreadedWorkQueue<String> queue =
        new ThreadedWorkQueue<>(
            "test",
            10,
            1,
            batch -> {
              if (batch.equals(List.of("bad"))) {
                throw new UnreadableError();
              }
              return second::countDown;
            });
    queue.start();

    queue.offer("bad");
    queue.offer("good");

    assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(queue.hasEnded()).isFalse();
    queue.close();
    assertThat(queue.hasEnded()).isTrue();
  }

  @Test
  void a_pipeline_has_ended_when_one_of_its_threads_has() {
    for (String ended : List.of("replica-reads", "replica-writes")) {
      assertThat(pipelineWithout(ended).hasEnded()).as(ended).isTrue();
    }
    assertThat(pipelineWithout("nothing").hasEnded()).isFalse();
  }

  private static ReplicaPipeline pipelineWithout(String ended) {
    HashedStorage storage =
        new HashedStorage(new MemoryDisk().open(Durability.SYNC, 1 << 20), new Partitions(16));
    Replica replica =
        new Replica(
            storage, key -> new Dot(new Actor(1, 1), 1), () -> 0, 1 << 20, new MetricRegistry());
    WorkQueue.Maker maker =
        new WorkQueue.Maker() {
          @Override
          public <T> WorkQueue<T> make(
              String name, int capacity, int batchLimit, Function<List<T>, Runnable> work) {
            ThreadedWorkQueue<T> queue =
                new ThreadedWorkQueue<>("test-" + name, capacity, batchLimit, work);
            if (name.equals(ended)) {
              queue.start();
              queue.close();
            }
            return queue;
          }
        };
    return new ReplicaPipeline(
        replica, storage, 10, 1 << 20, maker, () -> {}, new MetricRegistry());
  }

  /** An error that can not even be logged. */
  private static final class UnreadableError extends Error {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("thrown by the test");
    }
  }
}
