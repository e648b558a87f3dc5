package io.dynamokv.repair;

import io.dynamokv.membership.View;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.transport.Message.CollectReply;
import io.dynamokv.transport.Message.KeyHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the tombstones that nobody needs any more; docs/tombstones.md says why nothing comes back
 * by it. A holder of a partition, the first of them before the others, asks all members, twice,
 * with a time between in which whatever was under way has come to its end, and in which the cluster
 * has been calm for all of them. Not thread-safe: everything, the port's call-backs too, happens in
 * one mailbox. It waits for nothing.
 */
public final class Collection {
  private static final Logger LOG = LoggerFactory.getLogger(Collection.class);

  /** How many tombstones are asked about at once, and how many keys are looked at for them. */
  private static final int BATCH = 512;

  private static final long BATCH_BYTES = 1 << 20;
  private static final int MOST_BATCHES = 64;

  /** After so long what has been found is asked about; the next round goes on from there. */
  private static final long LONGEST_LOOK_NS = TimeUnit.SECONDS.toNanos(60);

  private static final long AFTER_FAILURE_NS = TimeUnit.MINUTES.toNanos(1);

  /** So that the others have become calm too. */
  private static final long SETTLING_NS = TimeUnit.SECONDS.toNanos(2);

  private final Port port;
  private final Settings settings;
  private final Calm calm;
  private final CollectionServer server;
  private final Polls polls;
  private final Deque<Integer> partitions = new ArrayDeque<>();
  private final Deque<List<KeyHash>> batches = new ArrayDeque<>();
  private final Deque<KeyHash> found = new ArrayDeque<>();
  private boolean inRound;
  private boolean waiting;
  private long round;
  private long roundBeganNs;
  private long nextNs;
  private int due;
  private volatile int lastDue;
  private volatile long calmNs;

  /**
   * When. Immutable.
   *
   * @param minAgeMs for how long a key has been deleted before its tombstone is removed
   * @param intervalNs from one look for them to the next
   * @param quietNs from the first question to the second; longer than a request, a repair or a
   *     message on its way can last
   */
  public record Settings(long minAgeMs, long intervalNs, long quietNs) {}

  /** What it needs of its node, besides. Nothing waits; call-backs come in its mailbox. */
  public interface Port extends Clearing.Port {
    /**
     * Whether there is nothing of a key here but a tombstone with this hash, and nobody is owed
     * anything about it; returns false if too much is queued.
     */
    boolean check(Key key, long hash, Consumer<Boolean> done);

    /** Removes such a tombstone; told whether there is none any more. */
    boolean collect(Key key, long hash, Consumer<Boolean> done);

    /** Milliseconds since 1970. */
    long clockMs();
  }

  /**
   * @param firstId where the ids of messages begin, far from those of every earlier run
   */
  Collection(Port port, Settings settings, long firstId) {
    this.port = port;
    this.settings = settings;
    this.calm = new Calm(port);
    this.server = new CollectionServer(port, calm);
    this.polls = new Polls(port, server, firstId);
    this.nextNs = port.nanoTime() + settings.intervalNs;
  }

  /** Answers what others ask. */
  CollectionServer server() {
    return server;
  }

  /** How many tombstones the last round has found due, and left. May be called by any thread. */
  public int due() {
    return lastDue;
  }

  /** For how long it has been calm, without which nothing is removed; by any thread. */
  public long calmNs() {
    return calmNs;
  }

  /** Does what is due; to be called every now and then. */
  void tick() {
    calm.tick();
    calmNs = calm.lastsNs();
    long nowNs = port.nanoTime();
    if (!inRound) {
      if (nowNs - nextNs >= 0 && calm.lastsNs() >= SETTLING_NS) {
        begin();
      }
    } else if (calm.lastsNs() < nowNs - roundBeganNs || polls.isOverdue()) {
      fail();
    } else if (waiting && nowNs - nextNs >= 0) {
      waiting = false;
      agreeOnNext();
    }
  }

  void onReply(MemberId from, CollectReply reply) {
    polls.onReply(from, reply);
  }

  private void begin() {
    inRound = true;
    round++;
    roundBeganNs = port.nanoTime();
    due = 0;
    if (partitions.isEmpty()) {
      View view = port.view();
      MemberId self = view.self().id();
      for (int partition = 0; partition < view.ring().partitions().count(); partition++) {
        if (view.ring().holds(self, partition)) {
          partitions.add(partition);
        }
      }
    }
    lookNext();
  }

  private void lookNext() {
    Integer partition = partitions.peek();
    if (partition == null || isEnough()) {
      askAboutAll();
    } else {
      look(port.view().ring().partitions().firstPosition(partition), partition);
    }
  }

  private void look(long first, int partition) {
    Partitions all = port.view().ring().partitions();
    long last = all.lastPosition(partition);
    boolean accepted =
        port.keys(
            KeyQuery.between(first, last, BATCH).deletedBefore(dueBeforeMs(partition)),
            inThisRound(
                page -> {
                  if (page == null) {
                    putOff();
                    fail();
                    return;
                  }
                  page.entries()
                      .forEach(entry -> found.add(new KeyHash(entry.key().bytes(), entry.hash())));
                  boolean isMore = Long.compareUnsigned(page.lastPosition(), last) < 0;
                  Runnable next =
                      isMore ? () -> lookOn(page.lastPosition() + 1, partition) : this::lookAtNext;
                  if (found.size() >= BATCH) {
                    ask(next);
                  } else {
                    next.run();
                  }
                }));
    if (!accepted) {
      fail();
    }
  }

  private void lookOn(long first, int partition) {
    if (isEnough()) {
      putOff();
      askAboutAll();
    } else {
      look(first, partition);
    }
  }

  private boolean isEnough() {
    return batches.size() >= MOST_BATCHES || port.nanoTime() - roundBeganNs > LONGEST_LOOK_NS;
  }

  /** The partition is begun anew after the others, so that it does not hold them up. */
  private void putOff() {
    partitions.add(partitions.remove());
  }

  /** The second and third holder do what those before them have not. */
  private long dueBeforeMs(int partition) {
    View view = port.view();
    List<MemberId> holders = view.ring().preferenceListOf(partition).holders();
    int rank = Math.max(0, holders.indexOf(view.self().id()));
    long turnMs = TimeUnit.NANOSECONDS.toMillis(2 * settings.intervalNs);
    return port.clockMs() - settings.minAgeMs - rank * turnMs;
  }

  private void lookAtNext() {
    partitions.remove();
    lookNext();
  }

  /** What comes after the end of a round is none of the next one's. */
  private <T extends @Nullable Object> Consumer<T> inThisRound(Consumer<T> then) {
    long now = round;
    return result -> {
      if (inRound && round == now) {
        then.accept(result);
      }
    };
  }

  /** Asks for the first time about what was found. */
  private void ask(Runnable then) {
    if (found.isEmpty()) {
      then.run();
      return;
    }
    List<KeyHash> tombstones = batch();
    due += tombstones.size();
    polls.ask(
        tombstones,
        false,
        inThisRound(
            poll -> {
              if (!poll.agreed().isEmpty()) {
                batches.add(poll.agreed());
              }
              then.run();
            }));
  }

  private void askAboutAll() {
    if (found.isEmpty()) {
      beQuiet();
    } else {
      ask(this::askAboutAll);
    }
  }

  private List<KeyHash> batch() {
    List<KeyHash> batch = new ArrayList<>();
    for (long bytes = 0; batch.size() < BATCH && bytes < BATCH_BYTES && !found.isEmpty(); ) {
      KeyHash next = found.remove();
      batch.add(next);
      bytes += next.key().length;
    }
    return batch;
  }

  private void beQuiet() {
    if (batches.isEmpty()) {
      end(untilNext());
    } else {
      waiting = true;
      nextNs = port.nanoTime() + settings.quietNs;
    }
  }

  private void agreeOnNext() {
    List<KeyHash> batch = batches.poll();
    if (batch == null) {
      end(untilNext());
      return;
    }
    polls.ask(
        batch,
        false,
        inThisRound(
            poll -> {
              if (poll.calmMs() < TimeUnit.NANOSECONDS.toMillis(port.nanoTime() - roundBeganNs)) {
                fail();
              } else {
                collect(poll.agreed());
              }
            }));
  }

  private void collect(List<KeyHash> tombstones) {
    polls.ask(
        tombstones,
        true,
        inThisRound(
            poll -> {
              due -= poll.agreed().size();
              if (!poll.agreed().isEmpty()) {
                LOG.info("collected {} tombstones", poll.agreed().size());
              }
              agreeOnNext();
            }));
  }

  /** If it has not come to the end, it goes on at once. */
  private long untilNext() {
    return partitions.isEmpty() ? settings.intervalNs : 0;
  }

  private void fail() {
    end(Math.min(AFTER_FAILURE_NS, settings.intervalNs));
  }

  private void end(long pauseNs) {
    inRound = false;
    waiting = false;
    lastDue = due;
    found.clear();
    batches.clear();
    polls.stop();
    nextNs = port.nanoTime() + pauseNs;
  }
}
