package io.dynamokv.repair;

import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.transport.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what two holders of a partition have that the other has not, without anybody reading
 * it, and brings it there. Every now and then, or when asked to, a node goes through the members it
 * shares partitions with, one after the other ({@link Comparison}). Not thread-safe: everything,
 * the port's call-backs too, happens in one mailbox. It waits for nothing.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 4.7.
 */
public final class AntiEntropy {
  /** How many keys are compared at once. */
  static final int KEYS = 1000;

  /** The longest silence of a member in the middle of a comparison. */
  static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(10);

  /** For so long a repair waits until this node knows what it has itself. */
  private static final long LONGEST_PREPARATION_NS = TimeUnit.MINUTES.toNanos(2);

  private static final Logger LOG = LoggerFactory.getLogger(AntiEntropy.class);

  private final Port port;
  private final Settings settings;
  private final VerifiedTimes verified;
  private final Comparisons comparisons;
  private final TreeBuilder builder;
  private final Deque<MemberId> toCompareWith = new ArrayDeque<>();
  private final List<Consumer<RoundReport>> askers = new ArrayList<>();
  private final List<Consumer<RoundReport>> askersOfNext = new ArrayList<>();
  private RoundReport report = RoundReport.EMPTY;
  private boolean inRound;
  private long roundBeganNs;
  private long nextRoundNs;
  private long askedNs;
  private volatile RoundReport lastReport = RoundReport.EMPTY;
  private volatile long oldestUnverifiedNs;

  /**
   * How much it may cost. Immutable.
   *
   * @param intervalNs from the beginning of one round to the next
   * @param keysPerSecond how many differing keys are moved in a second
   */
  public record Settings(long intervalNs, int keysPerSecond) {}

  /** What anti-entropy needs of its node. Nothing waits; call-backs come in its mailbox. */
  public interface Port {
    View view();

    /** The hashes of what is here. */
    HashTree tree();

    /**
     * Makes the hashes of some leaves anew; told how many keys they have, or null if that fails;
     * returns false if too much is queued.
     */
    boolean rebuild(int firstLeaf, int beforeLeaf, Consumer<@Nullable Integer> done);

    /** Finds keys and hashes; told null if that fails; returns false if too much is queued. */
    boolean keys(KeyQuery query, Consumer<@Nullable KeyHashes> done);

    /**
     * Waits until all that was written here before is as safe as it gets; told whether it is;
     * returns false if too much is queued.
     */
    boolean settle(Consumer<Boolean> done);

    /** Reads this node's own state of a key; returns false if too much is queued. */
    boolean read(Key key, Consumer<Handoff.Reading> done);

    /**
     * Reads this node's own states of the first of some keys, one at least, and no more than have
     * so many bytes together; returns false if too much is queued.
     */
    boolean readSome(List<Key> keys, long mostBytes, Consumer<List<Handoff.Reading>> done);

    /**
     * Merges a state into this node's own; told what is stored then, null if that failed; returns
     * false if too much is queued.
     */
    boolean merge(Key key, byte[] state, Consumer<byte @Nullable []> done);

    /** Sends a message; returns false if it could not be sent. */
    boolean send(MemberId member, Message message);

    /** Nanoseconds that only ever grow. */
    long nanoTime();
  }

  AntiEntropy(Port port, Settings settings, Comparisons comparisons, TreeBuilder builder) {
    this.port = port;
    this.settings = settings;
    this.comparisons = comparisons;
    this.verified = new VerifiedTimes(port.nanoTime());
    this.builder = builder;
    this.nextRoundNs = port.nanoTime() + settings.intervalNs;
  }

  /**
   * Compares with all members in reach, as soon as a round that is under way has ended.
   *
   * @param done told what came of it
   */
  public void repair(Consumer<RoundReport> done) {
    if (askersOfNext.isEmpty()) {
      askedNs = port.nanoTime();
    }
    askersOfNext.add(done);
  }

  /** Begins what is due; to be called every now and then, when no comparison is under way. */
  void begin() {
    if (inRound) {
      compareWithNext();
    } else if (isPrepared() || port.nanoTime() - nextRoundNs >= 0) {
      beginRound();
    }
  }

  private boolean isPrepared() {
    return !askersOfNext.isEmpty()
        && (builder.isComplete() || port.nanoTime() - askedNs > LONGEST_PREPARATION_NS);
  }

  /** What came of the round that ended last. */
  public RoundReport lastReport() {
    return lastReport;
  }

  /** For how long a partition has not been found equal with another holder, at most, in ns. */
  public long oldestUnverifiedNs() {
    return oldestUnverifiedNs;
  }

  private void beginRound() {
    View view = port.view();
    MemberId self = view.self().id();
    boolean isAsked = !askersOfNext.isEmpty();
    askers.addAll(askersOfNext);
    askersOfNext.clear();
    for (Member member : view.members()) {
      // Of two members one does it, unless somebody wants to know what this one has.
      boolean isMine = isAsked || VerifiedTimes.isComparedBy(self, member.id());
      if (!member.id().equals(self) && isMine) {
        toCompareWith.add(member.id());
      }
    }
    inRound = true;
    report = RoundReport.EMPTY;
    roundBeganNs = port.nanoTime();
    nextRoundNs = roundBeganNs + settings.intervalNs;
    compareWithNext();
  }

  private void compareWithNext() {
    MemberId peer = toCompareWith.poll();
    if (peer == null) {
      endRound();
    } else if (port.view().reachable().contains(peer)) {
      BitSet shared = port.view().ring().partitionsHeldBy(port.view().self().id());
      shared.and(port.view().ring().partitionsHeldBy(peer));
      comparisons.begin(peer, shared, Comparisons.Aim.EQUAL, this::ended);
    } else {
      report = report.with(RoundReport.UNREACHABLE);
    }
  }

  private void ended(Comparison ended) {
    report = report.with(ended.report());
    verified.verified(ended.peer(), ended.verified(), ended.beganNs());
  }

  private void endRound() {
    inRound = false;
    long nowNs = port.nanoTime();
    RoundReport whole = report.after(nowNs - roundBeganNs);
    lastReport = whole;
    oldestUnverifiedNs = verified.oldestAgeNs(port.view(), nowNs);
    if (whole.keysMoved() > 0 || whole.failures() > 0) {
      LOG.info("anti-entropy: {}", whole);
    }
    askers.forEach(asker -> asker.accept(whole));
    askers.clear();
  }

  /** Nobody waits here any more: tells those who asked how far it has come. */
  public void stop() {
    askers.addAll(askersOfNext);
    askersOfNext.clear();
    askers.forEach(asker -> asker.accept(report));
    askers.clear();
  }
}
