package io.dynamokv.repair;

import io.dynamokv.membership.View;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets rid of what this node does not hold any more, without anything being lost: hands it over to
 * all present holders, and drops a partition when each of them has said that it stored what is
 * here, and what is here has not changed since it was looked at. Not thread-safe.
 */
public final class Clearing {
  private static final Logger LOG = LoggerFactory.getLogger(Clearing.class);
  private static final int CHUNK = 64;
  private static final int PAGE = 512;
  private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(2);

  /** After a round in which something was dropped, so many times as long is left to requests. */
  private static final int REST = 3;

  private final Port port;
  private final Comparisons comparisons;
  private final Deque<MemberId> toTell = new ArrayDeque<>();

  /** What is being handed over, with the hash that it had at the beginning. */
  private final Map<Integer, Long> hashes = new HashMap<>();

  private final Deque<Integer> toDrop = new ArrayDeque<>();
  private int lastPartition = -1;
  private boolean dropping;
  private boolean underWay;
  private long plan;
  private long beganNs;
  private long nextNs;
  private long dropped;
  private volatile Left left = new Left(-1, -1);

  /** In how many partitions there was something, by which plan; negative if that is not known. */
  private record Left(long plan, int partitions) {}

  /** What clearing needs of its node, besides. */
  public interface Port extends AntiEntropy.Port {
    /**
     * Drops this node's state of a key, if it has this hash; told whether it could; returns false
     * if too much is queued.
     */
    boolean drop(Key key, long hash, Consumer<Boolean> done);

    /** Whether all members in reach follow the plan that this node follows. */
    boolean allFollow();
  }

  Clearing(Port port, Comparisons comparisons) {
    this.port = port;
    this.comparisons = comparisons;
    this.nextNs = port.nanoTime();
  }

  /**
   * How many partitions have something here that this node does not hold by a plan; negative while
   * that is not known. May be called by any thread.
   */
  public int left(long plan) {
    Left last = left;
    return last.plan == plan ? last.partitions : -1;
  }

  /** Looks whether nothing is left here, now, that this node does not hold. */
  public boolean looksClear() {
    return foreign(port.view()).isEmpty();
  }

  /** Whether states are being dropped just now. */
  boolean isDropping() {
    return dropping;
  }

  /** Begins what is due; to be called every now and then, when no comparison is under way. */
  void begin() {
    if (dropping) {
      return;
    } else if (underWay) {
      handOver();
    } else if (port.nanoTime() - nextNs >= 0) {
      beginRound();
    }
  }

  private void beginRound() {
    beganNs = port.nanoTime();
    nextNs = beganNs + PAUSE_NS;
    View view = port.view();
    plan = view.plan();
    BitSet foreign = foreign(view);
    if (foreign.isEmpty() || view.next() != null || view.plan() == 0) {
      return;
    }
    Set<MemberId> holders = new HashSet<>();
    HashTree tree = port.tree();
    for (int partition : rotated(foreign)) {
      List<MemberId> all = view.ring().preferenceListOf(partition).holders();
      Long hash = tree.hashOfPartition(partition);
      if (hash != null && isEnough(view, all) && hashes.size() < CHUNK) {
        hashes.put(partition, hash);
        lastPartition = partition;
        all.stream().filter(view.reachable()::contains).forEach(holders::add);
      }
    }
    toTell.addAll(holders.stream().sorted().toList());
    underWay = !hashes.isEmpty();
  }

  /** Behind those of the round before: what can not be dropped must not keep the rest. */
  private int[] rotated(BitSet partitions) {
    IntStream behind = partitions.stream().filter(partition -> partition > lastPartition);
    IntStream upTo = partitions.stream().filter(partition -> partition <= lastPartition);
    return IntStream.concat(behind, upTo).toArray();
  }

  /** All of them; who is about to leave for good can not wait for those that are away. */
  private static boolean isEnough(View view, List<MemberId> holders) {
    long reachable = holders.stream().filter(view.reachable()::contains).count();
    boolean isLeaving = view.leaving().contains(view.self().id());
    return reachable >= (isLeaving ? holders.size() / 2 + 1 : holders.size());
  }

  private BitSet foreign(View view) {
    HashTree tree = port.tree();
    BitSet foreign = new BitSet();
    boolean isKnown = true;
    for (int partition = 0; partition < view.ring().partitions().count(); partition++) {
      Long hash = view.isOwn(partition) ? Long.valueOf(0) : tree.hashOfPartition(partition);
      isKnown &= hash != null;
      if (hash == null || hash != 0) {
        foreign.set(partition);
      }
    }
    left = new Left(view.plan(), isKnown ? foreign.cardinality() : -1);
    return foreign;
  }

  /** Whether things are as they were when the round began; else it has been in vain. */
  private boolean isAsBegun() {
    View view = port.view();
    return view.plan() == plan && view.next() == null && port.allFollow();
  }

  private void handOver() {
    MemberId holder = toTell.poll();
    if (!isAsBegun()) {
      endRound();
      return;
    } else if (holder == null) {
      dropping = true;
      toDrop.addAll(hashes.keySet().stream().sorted().toList());
      dropNext();
      return;
    }
    BitSet theirs = port.view().ring().partitionsHeldBy(holder);
    BitSet some = new BitSet();
    hashes.keySet().stream().filter(theirs::get).forEach(some::set);
    if (!some.isEmpty()) {
      comparisons.begin(
          holder,
          some,
          Comparisons.Aim.HANDED_OVER,
          ended -> {
            some.andNot(ended.verified());
            some.stream().forEach(hashes::remove);
          });
    }
  }

  private void dropNext() {
    Integer partition = toDrop.poll();
    if (partition == null || !isAsBegun()) {
      endRound();
      return;
    }
    long first = port.view().ring().partitions().firstPosition(partition);
    look(partition, new ArrayList<>(), first);
  }

  /** Finds all that is there; it is found again in the next round if that is not possible now. */
  private void look(int partition, List<KeyHashes.Entry> found, long first) {
    long last = port.view().ring().partitions().lastPosition(partition);
    boolean accepted =
        port.keys(
            KeyQuery.between(first, last, PAGE),
            page -> {
              if (page == null) {
                dropNext();
                return;
              }
              found.addAll(page.entries());
              if (Long.compareUnsigned(page.lastPosition(), last) < 0) {
                look(partition, found, page.lastPosition() + 1);
              } else {
                dropIfUnchanged(partition, found);
              }
            });
    if (!accepted) {
      dropNext();
    }
  }

  /** If it is what was handed over, it is dropped; a key that changes meanwhile is not. */
  private void dropIfUnchanged(int partition, List<KeyHashes.Entry> found) {
    boolean isUnchanged =
        Objects.equals(hashes.get(partition), port.tree().hashOfPartition(partition));
    if (isUnchanged && isAsBegun()) {
      drop(found, 0);
    } else {
      dropNext();
    }
  }

  private void drop(List<KeyHashes.Entry> found, int from) {
    int before = Math.min(from + PAGE, found.size());
    if (from == before) {
      dropNext();
      return;
    }
    int[] open = {before - from};
    for (KeyHashes.Entry entry : found.subList(from, before)) {
      Consumer<Boolean> ended =
          done -> {
            dropped += done ? 1 : 0;
            if (--open[0] == 0) {
              drop(found, before);
            }
          };
      if (!port.drop(entry.key(), entry.hash(), ended)) {
        ended.accept(false);
      }
    }
  }

  private void endRound() {
    dropping = false;
    underWay = false;
    toTell.clear();
    toDrop.clear();
    hashes.clear();
    if (dropped > 0) {
      LOG.info("handed over {} keys that others hold", dropped);
      nextNs = port.nanoTime() + restNs();
    }
    dropped = 0;
    foreign(port.view());
  }

  /** Nobody waits for what is dropped, but for who wants to go. */
  private long restNs() {
    View view = port.view();
    boolean isLeaving = view.leaving().contains(view.self().id());
    return isLeaving ? 0 : REST * (port.nanoTime() - beganNs);
  }
}
