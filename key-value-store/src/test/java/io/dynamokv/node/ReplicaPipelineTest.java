package io.dynamokv.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.node.LocalReplica.ReadResult;
import io.dynamokv.node.LocalReplica.WriteProgress;
import io.dynamokv.replica.Replica;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.Partitions;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.ForwardingStorage;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.Version;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReplicaPipelineTest {
  private static final Key KEY = Key.of(new byte[] {1});
  private static final Dot DOT = new Dot(new Actor(2, 1), 1);
  private static final ReplicaWrite COORDINATE =
      new ReplicaWrite.Coordinate(KEY, Version.NONE, new byte[] {9});

  private final SlowDisk disk = new SlowDisk(new MemoryDisk().open(Durability.SYNC, 1 << 20));
  private final ReplicaPipeline pipeline = pipeline(disk, () -> {});

  @AfterEach
  void close() {
    disk.letGo.countDown();
    pipeline.close();
  }

  @Test
  void a_write_is_not_answered_before_it_is_safe() throws Exception {
    CompletableFuture<WriteProgress> written = write();
    assertThat(disk.waiting.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(written).isNotDone();
    disk.letGo.countDown();
    WriteProgress done = written.get(10, TimeUnit.SECONDS);
    assertThat(done).isInstanceOf(WriteProgress.Decided.class);
    assertThat(((WriteProgress.Decided) done).result()).isInstanceOf(WriteResult.Stored.class);
  }

  @Test
  void a_read_that_meets_an_unsafe_write_is_not_answered_before_that_is_safe() throws Exception {
    write();
    assertThat(disk.waiting.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<ReadResult> met = read(KEY);
    CompletableFuture<ReadResult> other = read(Key.of(new byte[] {2}));
    assertThat(other.get(10, TimeUnit.SECONDS)).isEqualTo(new ReadResult.Read(null));
    assertThat(met).isNotDone();
    disk.letGo.countDown();
    assertThat(((ReadResult.Read) met.get(10, TimeUnit.SECONDS)).state()).isNotNull();
  }

  @Test
  void reads_together_end_before_an_unsafe_write_which_is_waited_for_alone() throws Exception {
    write();
    assertThat(disk.waiting.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<List<ReadResult>> met = readSome(100, KEY, key(3));
    CompletableFuture<List<ReadResult>> before = readSome(100, key(2), key(4), KEY, key(3));
    assertThat(before.get(10, TimeUnit.SECONDS))
        .containsExactly(new ReadResult.Read(null), new ReadResult.Read(null));
    assertThat(met).isNotDone();
    disk.letGo.countDown();
    assertThat(met.get(10, TimeUnit.SECONDS)).hasSize(1);
    assertThat(((ReadResult.Read) met.get().get(0)).state()).isNotNull();
    assertThat(readSome(100, KEY, key(3)).get(10, TimeUnit.SECONDS)).hasSize(2);
  }

  @Test
  void reads_together_are_no_more_than_have_so_many_bytes_but_one() throws Exception {
    disk.letGo.countDown();
    for (int i = 1; i <= 5; i++) {
      byte[] value = new byte[i == 5 ? 1000 : 100];
      byte[] state = StateCodec.encode(KeyState.EMPTY.write(Version.NONE, DOT, 1, value));
      CompletableFuture<WriteProgress> done = new CompletableFuture<>();
      pipeline.write(new ReplicaWrite.Merge(key(i), state), done::complete);
      done.get(10, TimeUnit.SECONDS);
    }
    Key[] keys = {key(9), key(1), key(2), key(3), key(4), key(5)};
    assertThat(readSome(99, keys).get(10, TimeUnit.SECONDS)).hasSize(1);
    assertThat(readSome(99, key(1), key(2)).get(10, TimeUnit.SECONDS)).hasSize(1);
    assertThat(readSome(450, keys).get(10, TimeUnit.SECONDS)).hasSize(4);
    assertThat(readSome(1000, keys).get(10, TimeUnit.SECONDS)).hasSize(5);
    assertThat(readSome(2000, keys).get(10, TimeUnit.SECONDS)).hasSize(6);
  }

  @Test
  void a_write_that_could_not_be_made_safe_is_uncertain_and_is_shown_to_nobody() throws Exception {
    disk.failing = true;
    disk.letGo.countDown();
    assertThat(write().get(10, TimeUnit.SECONDS)).isEqualTo(new WriteProgress.Uncertain());
    assertThat(read(KEY).get(10, TimeUnit.SECONDS)).isEqualTo(new ReadResult.Failed());
    assertThat(readSome(100, KEY).get(10, TimeUnit.SECONDS))
        .containsExactly(new ReadResult.Failed());
  }

  @Test
  void what_this_node_coordinates_is_told_as_applied_before_it_is_safe() throws Exception {
    BlockingQueue<WriteProgress> told = new LinkedBlockingQueue<>();
    assertThat(pipeline.write(COORDINATE, told::add)).isTrue();
    assertThat(disk.waiting.await(10, TimeUnit.SECONDS)).isTrue();
    WriteProgress applied = told.poll(10, TimeUnit.SECONDS);
    assertThat(applied).isInstanceOf(WriteProgress.Applied.class);
    WriteResult.Stored stored = ((WriteProgress.Applied) requireNonNull(applied)).result();
    assertThat(told).isEmpty();
    disk.letGo.countDown();
    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(new WriteProgress.Decided(stored));
  }

  @Test
  void what_another_node_coordinates_is_told_once_it_is_safe_and_not_before() throws Exception {
    BlockingQueue<WriteProgress> told = new LinkedBlockingQueue<>();
    byte[] state = StateCodec.encode(KeyState.EMPTY.write(Version.NONE, DOT, 1, new byte[] {9}));
    assertThat(pipeline.write(new ReplicaWrite.Merge(KEY, state), told::add)).isTrue();
    assertThat(disk.waiting.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(told).isEmpty();
    disk.letGo.countDown();
    assertThat(told.poll(10, TimeUnit.SECONDS)).isInstanceOf(WriteProgress.Decided.class);
  }

  @Test
  void a_fault_in_what_follows_keeps_no_write_from_being_forced_and_answered() throws Exception {
    disk.letGo.countDown();
    Runnable faulty =
        () -> {
          throw new AssertionError("a fault of the test");
        };
    try (ReplicaPipeline follower = pipeline(disk, faulty)) {
      assertThat(write(follower).get(10, TimeUnit.SECONDS))
          .isInstanceOf(WriteProgress.Decided.class);
      assertThat(write(follower).get(10, TimeUnit.SECONDS))
          .isInstanceOf(WriteProgress.Decided.class);
    }
  }

  @Test
  void a_fault_in_what_follows_a_read_keeps_no_other_of_its_batch_from_being_answered()
      throws Exception {
    CountDownLatch others = new CountDownLatch(1);
    CompletableFuture<ReadResult> last = new CompletableFuture<>();
    pipeline.read(KEY, result -> awaitQuietly(others));
    pipeline.read(
        KEY,
        result -> {
          throw new AssertionError("a fault of the test");
        });
    pipeline.read(KEY, last::complete);
    others.countDown();
    assertThat(last.get(10, TimeUnit.SECONDS)).isInstanceOf(ReadResult.Read.class);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private CompletableFuture<WriteProgress> write() {
    return write(pipeline);
  }

  /** What comes of it at last. */
  private static CompletableFuture<WriteProgress> write(ReplicaPipeline pipeline) {
    CompletableFuture<WriteProgress> done = new CompletableFuture<>();
    Consumer<WriteProgress> progress =
        step -> {
          if (!(step instanceof WriteProgress.Applied)) {
            done.complete(step);
          }
        };
    assertThat(pipeline.write(COORDINATE, progress)).isTrue();
    return done;
  }

  private static Key key(int number) {
    return Key.of(new byte[] {(byte) number});
  }

  private CompletableFuture<List<ReadResult>> readSome(long mostBytes, Key... keys) {
    CompletableFuture<List<ReadResult>> done = new CompletableFuture<>();
    assertThat(pipeline.readSome(List.of(keys), mostBytes, done::complete)).isTrue();
    return done;
  }

  private CompletableFuture<ReadResult> read(Key key) {
    CompletableFuture<ReadResult> done = new CompletableFuture<>();
    assertThat(pipeline.read(key, done::complete)).isTrue();
    return done;
  }

  private static ReplicaPipeline pipeline(Storage disk, Runnable afterBatch) {
    HashedStorage storage = new HashedStorage(disk, new Partitions(16));
    AtomicLong counter = new AtomicLong();
    MetricRegistry metrics = new MetricRegistry();
    Replica replica =
        new Replica(
            storage,
            key -> new Dot(new Actor(1, 1), counter.incrementAndGet()),
            () -> 1000,
            1 << 20,
            metrics);
    ReplicaPipeline pipeline =
        new ReplicaPipeline(
            replica, storage, 100, 1 << 20, ThreadedWorkQueue::new, afterBatch, metrics);
    pipeline.start();
    return pipeline;
  }

  /** A storage whose disk takes as long, and ends as badly, as the test wants. */
  private static final class SlowDisk extends ForwardingStorage {
    private final CountDownLatch waiting = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);
    private volatile boolean failing;

    SlowDisk(Storage storage) {
      super(storage);
    }

    @Override
    public void harden() {
      waiting.countDown();
      try {
        letGo.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (failing) {
        throw new StorageException("the disk of the test fails");
      }
      super.harden();
    }
  }
}
