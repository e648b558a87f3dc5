package io.dynamokv.jmh;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.PreferenceList;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import io.dynamokv.ring.TokenTable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the ring costs: finding a key's nodes, which every request does, and making the lists, which
 * a node does when members come or go. 1024 partitions, 3 replicas.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RingBenchmark {
  private static final int REPLICAS = 3;

  /** A power of two, and enough that no processor learns their order. */
  private static final int KEYS = 1 << 14;

  @Param({"3", "64"})
  int members;

  private final byte[][] bytes = new byte[KEYS][];
  private final Key[] keys = new Key[KEYS];
  private final MemberId self = id(0);
  private TokenTable table = tableOf(1);
  private Ring ring = Ring.of(table, REPLICAS);
  private int next;

  /** Members in three racks, and keys of 16 bytes. */
  @Setup
  public void makeRing() {
    table = tableOf(members);
    ring = Ring.of(table, REPLICAS);
    for (int i = 0; i < KEYS; i++) {
      bytes[i] = ByteBuffer.allocate(16).putLong(i).putLong(-i).array();
      keys[i] = Key.of(bytes[i]);
    }
  }

  private static TokenTable tableOf(int members) {
    List<RingMember> all =
        IntStream.range(0, members).mapToObj(i -> new RingMember(id(i), "rack-" + i % 3)).toList();
    return TokenAllocator.initial(all, new Partitions(1024), REPLICAS);
  }

  private static MemberId id(int number) {
    return new MemberId("node-" + number);
  }

  private int nextIndex() {
    next = (next + 1) & (KEYS - 1);
    return next;
  }

  @Benchmark
  public Key hashKey() {
    return Key.of(bytes[nextIndex()]);
  }

  @Benchmark
  public PreferenceList lookUp() {
    return ring.preferenceList(keys[nextIndex()]);
  }

  @Benchmark
  public boolean isHolder() {
    return ring.preferenceList(keys[nextIndex()]).holders().contains(self);
  }

  @Benchmark
  public Ring makeLists() {
    return Ring.of(table, REPLICAS);
  }
}
