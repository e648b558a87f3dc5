package io.dynamokv.storage.je;

import com.codahale.metrics.MetricRegistry;
import com.sun.management.OperatingSystemMXBean;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.Storage.Change;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * How fast the JE storage is, and how long a harden takes while checkpoints and the cleaner run. A
 * program, not a test; each line has wall-clock figures and the processor time of one operation,
 * which other load on the machine disturbs less.
 *
 * <p>Arguments: an empty folder, the number of keys, the seconds for each measurement.
 */
final class JeBenchmark {
  private static final int STATE_BYTES = 150;

  private final Path folder;
  private final int keys;
  private final long seconds;

  private JeBenchmark(Path folder, int keys, long seconds) {
    this.folder = folder;
    this.keys = keys;
    this.seconds = seconds;
  }

  public static void main(String[] args) {
    new JeBenchmark(Path.of(args[0]), Integer.parseInt(args[1]), Long.parseLong(args[2])).run();
  }

  private void run() {
    try (Storage storage = open(Durability.NONE)) {
      load(storage);
    }
    try (Storage storage = open(Durability.WRITE)) {
      measureReads(storage, 1);
      measureReads(storage, 2);
      measureWrites(storage, "WRITE", 2, 32);
      measureWrites(storage, "WRITE", 2, 32);
      measureWrites(storage, "WRITE", 2, 1);
    }
    try (Storage storage = open(Durability.SYNC)) {
      measureWrites(storage, "SYNC", 1, 32);
      measureWrites(storage, "SYNC", 2, 32);
      measureWrites(storage, "SYNC", 8, 32);
      measureWrites(storage, "SYNC", 2, 1);
    }
  }

  private Storage open(Durability durability) {
    long started = System.nanoTime();
    JeSettings defaults = JeSettings.defaults(folder, 1024);
    JeSettings settings =
        new JeSettings(
            folder, 1024, durability, defaults.cacheBytes(), defaults.minFreeDiskBytes());
    Storage storage = JeStorage.open(settings, new MetricRegistry(), System::nanoTime);
    System.out.printf("opened in %d ms%n", (System.nanoTime() - started) / 1_000_000);
    return storage;
  }

  private void load(Storage storage) {
    long started = System.nanoTime();
    long cpu = cpuNanos();
    byte[] state = new byte[STATE_BYTES];
    for (int from = 0; from < keys; from += 32) {
      storage.compareAndWrite(
          IntStream.range(from, Math.min(keys, from + 32))
              .mapToObj(i -> new Change(key(i), null, state))
              .toList());
    }
    System.out.printf(
        "load: %d keys in %.1f s, %.1f us cpu each%n",
        keys, (System.nanoTime() - started) / 1e9, (cpuNanos() - cpu) / 1e3 / keys);
  }

  private void measureReads(Storage storage, int threads) {
    LongAdder done = new LongAdder();
    long cpu = cpuNanos();
    inThreads(
        threads,
        random -> {
          if (storage.read(key(random.nextInt(keys))) == null) {
            throw new IllegalStateException("a key is lost");
          }
          done.increment();
        });
    report("read, %d threads".formatted(threads), done.sum(), cpu);
  }

  private void measureWrites(Storage storage, String durability, int threads, int group) {
    LongAdder done = new LongAdder();
    Histogram hardens = new ConcurrentHistogram(3);
    long cpu = cpuNanos();
    inThreads(
        threads,
        random -> {
          List<Change> conflicts = storage.compareAndWrite(overwrites(storage, random, group));
          long before = System.nanoTime();
          storage.harden();
          hardens.recordValue(System.nanoTime() - before);
          done.add(group - conflicts.size());
        });
    report("%s, %d threads, groups of %d".formatted(durability, threads, group), done.sum(), cpu);
    System.out.printf(
        "    harden p50 %.3f p99 %.3f p99.9 %.3f max %.1f ms%n",
        hardens.getValueAtPercentile(50) / 1e6,
        hardens.getValueAtPercentile(99) / 1e6,
        hardens.getValueAtPercentile(99.9) / 1e6,
        hardens.getMaxValue() / 1e6);
  }

  private List<Change> overwrites(Storage storage, SplittableRandom random, int group) {
    return random
        .ints(group, 0, keys)
        .distinct()
        .mapToObj(
            i -> {
              byte[] next = new byte[STATE_BYTES];
              random.nextBytes(next);
              return new Change(key(i), storage.read(key(i)), next);
            })
        .toList();
  }

  private void report(String what, long operations, long cpuBefore) {
    System.out.printf(
        "%s: %d/s, %.2f us cpu each%n",
        what, operations / seconds, (cpuNanos() - cpuBefore) / 1e3 / operations);
  }

  private void inThreads(int threads, Work work) {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    List<Thread> started = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      SplittableRandom random = new SplittableRandom(System.nanoTime());
      Thread thread =
          new Thread(
              () -> {
                while (System.nanoTime() < end) {
                  work.once(random);
                }
              });
      thread.start();
      started.add(thread);
    }
    for (Thread thread : started) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static Key key(int i) {
    return Key.of(ByteBuffer.allocate(20).putInt(i).array());
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private interface Work {
    void once(SplittableRandom random);
  }
}
