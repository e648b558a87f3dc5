package io.dynamokv.jmh;

import io.dynamokv.ring.Key;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.StateCodec;
import io.dynamokv.version.Version;
import io.dynamokv.version.VersionCodec;
import java.util.concurrent.TimeUnit;
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

/** What a replica does with the state of a key of 100 bytes, by how many nodes have written it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class VersionBenchmark {
  private static final Key KEY = Key.of(new byte[] {1, 2, 3});
  private static final long NOW_MS = 1_790_000_000_000L;

  @Param({"1", "3", "10"})
  int actors;

  private final VersionCodec codec = new VersionCodec("a secret of the benchmark");
  private KeyState before = KeyState.EMPTY;
  private KeyState after = KeyState.EMPTY;
  private byte[] bytes = {};
  private String version = "";

  /** Every actor writes once; then one writes again, which the other copy has yet to learn. */
  @Setup
  public void writeKey() {
    for (int i = 1; i <= actors; i++) {
      before = before.write(before.version(), dot(i, 1000 + i), NOW_MS + i, new byte[100]);
    }
    after = before.write(before.version(), dot(1, 5000), NOW_MS + 100, new byte[100]);
    bytes = StateCodec.encode(after);
    version = codec.encode(KEY, after.version());
  }

  private static Dot dot(int node, long counter) {
    return new Dot(new Actor(0x1234_5678_9abc_def0L * node, 1), counter);
  }

  @Benchmark
  public byte[] encodeState() {
    return StateCodec.encode(after);
  }

  @Benchmark
  public KeyState decodeState() {
    return StateCodec.decode(bytes);
  }

  @Benchmark
  public long hashState() {
    return StateCodec.hash(bytes);
  }

  @Benchmark
  public String encodeVersion() {
    return codec.encode(KEY, after.version());
  }

  @Benchmark
  public Version decodeVersion() {
    return codec.decode(KEY, version);
  }

  @Benchmark
  public KeyState mergeNewer() {
    return before.merge(after);
  }

  @Benchmark
  public KeyState write() {
    return before.write(before.version(), dot(1, 5000), NOW_MS + 100, new byte[100]);
  }
}
