package io.dynamokv.repair;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives up the hints that are too old, or are for somebody who is no member any more. Nothing is
 * lost by it: what this node keeps for others alone is owed to the key's other holders from then
 * on. It looks through all hints every now and then, a page at a time. Not thread-safe: everything,
 * the port's call-backs too, happens in one mailbox. It waits for nothing.
 */
public final class HintExpiry {
  private static final int PAGE = 512;
  private static final int ROUNDS_PER_AGE = 24;
  private static final long LONGEST_GAP_MS = 600_000;

  /** What is owed to somebody who is no member any more does not wait that long. */
  private static final long AFTER_GOING_MS = 5_000;

  private final Port port;
  private final long maxAgeMs;
  private final long gapMs;
  private final Deque<MemberId> holders = new ArrayDeque<>();
  private @Nullable Key lastSeen;
  private boolean lookingUp;
  private int reassigning;
  private long nextRoundMs;
  private long oldestMs;
  private volatile long oldestAgeMs;

  /** What it needs of its node. Nothing waits; call-backs come in its mailbox. */
  public interface Port {
    /** How many hints there are for each holder that has any. */
    Map<MemberId, Long> owed();

    /** Whether there still is such a member. */
    boolean isMember(MemberId holder);

    /**
     * Finds a holder's hints behind a key; returns false if too much is queued.
     *
     * @param done told null if that fails
     */
    boolean hints(
        MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done);

    /**
     * Has others owed what this hint is about, in its place; or not, if there is no need or none to
     * owe it to.
     */
    void reassign(Hint hint, Runnable done);

    /** Milliseconds since 1970, by the clock that hints are dated with. */
    long clockMs();
  }

  public HintExpiry(Port port, long maxAgeMs) {
    this.port = port;
    this.maxAgeMs = maxAgeMs;
    this.gapMs = Math.min(maxAgeMs / ROUNDS_PER_AGE, LONGEST_GAP_MS);
    this.nextRoundMs = port.clockMs() + gapMs;
  }

  /** Looks at the next page, if it is time to; to be called every now and then. */
  public void tick() {
    MemberId holder = holders.peek();
    if (holder == null) {
      beginRound();
    } else if (!lookingUp && reassigning == 0) {
      lookUp(holder);
    }
  }

  private void lookUp(MemberId holder) {
    lookingUp = true;
    if (!port.hints(holder, lastSeen, PAGE, found -> look(holder, found))) {
      lookingUp = false; // The next tick tries again.
    }
  }

  /** How old the oldest hint was when all were looked through last, in milliseconds; or 0. */
  public long oldestAgeMs() {
    return oldestAgeMs;
  }

  private void beginRound() {
    long nowMs = port.clockMs();
    boolean clockWasSetBack = nextRoundMs - nowMs > gapMs;
    boolean someoneHasGone = nowMs >= nextRoundMs - gapMs + AFTER_GOING_MS && owesToStrangers();
    if (nowMs >= nextRoundMs || clockWasSetBack || someoneHasGone) {
      nextRoundMs = nowMs + gapMs;
      oldestMs = nowMs;
      holders.addAll(port.owed().keySet());
      oldestAgeMs = holders.isEmpty() ? 0 : oldestAgeMs;
    }
  }

  private boolean owesToStrangers() {
    return port.owed().keySet().stream().anyMatch(holder -> !port.isMember(holder));
  }

  private void look(MemberId holder, @Nullable List<Hint> found) {
    lookingUp = false;
    if (found == null || found.isEmpty()) {
      holders.remove();
      lastSeen = null;
      if (holders.isEmpty()) {
        oldestAgeMs = port.clockMs() - oldestMs;
      }
      return;
    }
    boolean stranger = !port.isMember(holder);
    for (Hint hint : found) {
      oldestMs = Math.min(oldestMs, hint.sinceMs());
      if (stranger || port.clockMs() - hint.sinceMs() > maxAgeMs) {
        reassigning++;
        port.reassign(hint, () -> reassigning--);
      }
    }
    lastSeen = found.get(found.size() - 1).key();
  }
}
