package io.dynamokv.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.Version;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is said of a write when the storage wrote, and then threw. */
class UncertainWriteTest {
  private static final Key KEY = Key.of(new byte[] {1});

  private final Storage storage = new MemoryDisk().open(Durability.SYNC, 1 << 20);

  @Test
  void a_write_that_may_be_on_the_disk_is_neither_stored_nor_refused() {
    Replica replica = replicaThatThrows(new StorageException("who knows"));

    List<WriteResult> results = replica.apply(List.of(put(1)));

    assertThat(results).containsExactly(new WriteResult.Uncertain());
    assertThat(replica.read(KEY)).isNotNull();
  }

  @Test
  void a_write_refused_for_the_sake_of_one_that_may_not_be_there_was_not_stored() {
    Replica replica = replicaThatThrows(new StorageException("who knows"));

    List<WriteResult> results = replica.apply(List.of(put(1), put(2)));

    assertThat(results)
        .containsExactly(
            new WriteResult.Uncertain(),
            new WriteResult.Refused(WriteResult.Refusal.STORAGE_FAILED));
  }

  @Test
  void a_write_that_the_storage_refused_is_refused() {
    Replica replica = replicaThatThrows(StorageException.refusal("full"));

    assertThat(replica.apply(List.of(put(1))))
        .containsExactly(new WriteResult.Refused(WriteResult.Refusal.STORAGE_FAILED));
  }

  private static ReplicaWrite put(int value) {
    return new ReplicaWrite.Coordinate(KEY, Version.NONE, new byte[] {(byte) value});
  }

  private Replica replicaThatThrows(StorageException afterWriting) {
    AtomicLong counter = new AtomicLong();
    return new Replica(
        throwing(afterWriting),
        key -> new Dot(new Actor(1, 1), counter.incrementAndGet()),
        () -> 1000,
        1 << 20,
        new MetricRegistry());
  }

  private Storage throwing(StorageException afterWriting) {
    return (Storage)
        Proxy.newProxyInstance(
            Storage.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(storage, arguments);
              if (method.getName().equals("compareAndWrite")) {
                throw afterWriting;
              }
              return result;
            });
  }
}
