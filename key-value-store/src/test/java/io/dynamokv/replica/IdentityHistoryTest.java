package io.dynamokv.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.Key;
import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage.Change;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.storage.memory.MemoryStorage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** What must hold over a data folder's whole life, however its runs end. */
class IdentityHistoryTest {
  /** How a run ends. */
  enum End {
    CLEAN,
    PROCESS_CRASH,
    MACHINE_CRASH,
    WIPED_DISK
  }

  private static final long BLOCK = 16;

  /** One run of the node; it may write more than a block of counters. */
  record Run(Durability durability, int writes, boolean lastIsHardened, End end) {}

  private record Dot(long node, int incarnation, long counter) {}

  @Property(tries = 300)
  void no_dot_is_ever_handed_out_twice_and_nothing_written_is_forgotten_within_an_incarnation(
      @ForAll("lives") List<Run> runs, @ForAll long seed) {
    History history = new History(new SplittableRandom(seed));

    runs.forEach(history::live);
  }

  @Provide
  Arbitrary<List<Run>> lives() {
    return Combinators.combine(
            Arbitraries.of(Durability.class),
            Arbitraries.integers().between(0, 40),
            Arbitraries.of(true, true, false),
            Arbitraries.of(End.class))
        .as(Run::new)
        .list()
        .ofMaxSize(15);
  }

  private static final class History {
    private final MemoryDisk disk = new MemoryDisk();
    private final SplittableRandom random;
    private final Set<Dot> handedOut = new HashSet<>();

    /** The last counter written, hardened or not, of each node and incarnation. */
    private final Map<Long, Map<Integer, Long>> written = new HashMap<>();

    History(SplittableRandom random) {
      this.random = random;
    }

    void live(Run run) {
      MemoryStorage storage = disk.open(run.durability, 1 << 20);
      Identity identity = Identity.open(storage, random::nextLong, BLOCK);
      checkMemory(identity, storage);
      for (int i = 0; i < run.writes; i++) {
        write(identity, storage, i < run.writes - 1 || run.lastIsHardened);
      }
      end(run.end, identity, storage);
    }

    /** A node that goes on with an incarnation has all that it wrote in it. */
    private void checkMemory(Identity identity, MemoryStorage storage) {
      long last =
          written
              .getOrDefault(identity.nodeId(), Map.of())
              .getOrDefault(identity.incarnation(), 0L);
      byte @Nullable [] state = storage.read(key(identity));
      long remembered = state == null ? 0 : Long.parseLong(new String(state, UTF_8));
      assertThat(remembered).isGreaterThanOrEqualTo(last);
    }

    private void write(Identity identity, MemoryStorage storage, boolean harden) {
      long counter = handOut(identity);
      Key key = key(identity);
      byte[] next = Long.toString(counter).getBytes(UTF_8);
      storage.compareAndWrite(List.of(new Change(key, storage.read(key), next)));
      if (harden) {
        storage.harden();
      }
      written
          .computeIfAbsent(identity.nodeId(), node -> new TreeMap<>())
          .put(identity.incarnation(), counter);
    }

    private long handOut(Identity identity) {
      long counter = identity.nextCounter();
      assertThat(handedOut.add(new Dot(identity.nodeId(), identity.incarnation(), counter)))
          .isTrue();
      return counter;
    }

    private void end(End end, Identity identity, MemoryStorage storage) {
      switch (end) {
        case CLEAN -> {
          identity.closeCleanly();
          storage.close();
        }
        case PROCESS_CRASH -> disk.crashProcess();
        case MACHINE_CRASH -> disk.crashMachine();
        case WIPED_DISK -> disk.wipe();
      }
    }

    private static Key key(Identity identity) {
      return Key.of(
          ("counter of " + identity.nodeId() + "/" + identity.incarnation()).getBytes(UTF_8));
    }
  }
}
