package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.Storage.Change;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A process that writes in several threads until it is killed, and says of each group of writes,
 * once it is hardened, that it is stored: one line with the group's name.
 */
final class CrashingWriter {
  static final int THREADS = 3;
  static final int GROUP = 8;

  private CrashingWriter() {}

  public static void main(String[] args) {
    Storage storage = open(Path.of(args[0]), Durability.valueOf(args[1]));
    PrintStream acknowledged = System.out;
    for (int thread = 0; thread < THREADS; thread++) {
      int name = thread;
      new Thread(() -> writeForEver(storage, name, acknowledged)).start();
    }
  }

  static Storage open(Path folder, Durability durability) {
    return JeStorage.open(
        new JeSettings(folder, 1024, durability, JeSettings.MIN_CACHE_BYTES, 1 << 20),
        new MetricRegistry(),
        System::nanoTime);
  }

  /** The keys of a group; each has the group's name as its state. */
  static List<Key> keys(String group) {
    return IntStream.range(0, GROUP)
        .mapToObj(i -> Key.of((group + "." + i).getBytes(UTF_8)))
        .toList();
  }

  private static void writeForEver(Storage storage, int thread, PrintStream acknowledged) {
    for (int i = 0; ; i++) {
      String group = thread + "-" + i;
      byte[] state = group.getBytes(UTF_8);
      storage.compareAndWrite(
          keys(group).stream().map(key -> new Change(key, null, state)).toList());
      storage.harden();
      acknowledged.println("stored " + group);
    }
  }
}
