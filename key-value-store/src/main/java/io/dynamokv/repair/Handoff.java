package io.dynamokv.repair;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.version.StateCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to others what they are owed, once they can be reached: for each holder its hints in the
 * order of the keys. What is under way is bounded in states and in bytes, so that neither memory
 * nor the way to the holder is filled. A hint ends when the holder has stored the state. A holder
 * that can not take what it is sent is left alone for a while, each time longer. Not thread-safe:
 * everything, the port's call-backs too, happens in one mailbox. It waits for nothing.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 4.6.
 */
public final class Handoff {
  /** How many hints are looked up at once, and how many states may be under way to one holder. */
  static final int WINDOW = 512;

  /** How many bytes of states may be under way to one holder before the next one is read. */
  static final long WINDOW_BYTES = 4L << 20;

  /** How many states may be being read for one holder. */
  static final int READS = 16;

  /** How many states a holder may refuse, or this node not be able to read, before it is enough. */
  static final int FAILURES = 16;

  /** A delivery of which nothing is heard for so long is given up. */
  static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(5);

  /**
   * How long a holder is left alone after a delivery; twice as long after each that was in vain.
   */
  static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(2);

  static final long LONGEST_PAUSE_NS = TimeUnit.SECONDS.toNanos(60);

  private static final Logger LOG = LoggerFactory.getLogger(Handoff.class);

  private final Port port;
  private final Map<MemberId, Delivery> deliveries = new TreeMap<>();
  private final Map<MemberId, Rest> rests = new HashMap<>();
  private final Map<Long, Sent> sent = new HashMap<>();
  private long nextId;

  /** What a handoff needs of its node. Nothing waits; call-backs come in the handoff's mailbox. */
  public interface Port {
    /** How many hints there are for each holder that has any. */
    Map<MemberId, Long> owed();

    /** The members that can be reached. */
    Set<MemberId> reachable();

    /**
     * Finds a holder's hints behind a key; returns false if too much is queued.
     *
     * @param done told null if that fails
     */
    boolean hints(
        MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done);

    /** Reads this node's own state of a key; returns false if too much is queued. */
    boolean read(Key key, Consumer<Reading> done);

    /** Sends a state; returns false if it could not be sent. */
    boolean send(MemberId holder, long id, Key key, byte[] state);

    /**
     * The holder has stored the state with this hash.
     *
     * @param done told whether this could be noted
     */
    void handedOver(MemberId holder, Key key, long hash, Consumer<Boolean> done);

    /** Nanoseconds that only ever grow. */
    long nanoTime();
  }

  /**
   * What came of reading a state.
   *
   * @param state null if there is none, or if it could not be read
   */
  public record Reading(boolean failed, byte @Nullable [] state) {}

  /** A state on its way. */
  private record Sent(Delivery delivery, Key key, long hash, int bytes) {}

  /**
   * How a holder is left alone.
   *
   * @param failures how many deliveries, one after the other, have failed and brought nothing
   * @param resumeAfter where the next one begins, so that what fails does not hide what is behind
   */
  private record Rest(long untilNs, int failures, @Nullable Key resumeAfter) {}

  /**
   * @param firstId where the ids of messages begin, far from those of every earlier run
   */
  public Handoff(Port port, long firstId) {
    this.port = port;
    this.nextId = firstId;
  }

  /** Begins what can begin, and gives up what takes too long; to be called every now and then. */
  public void tick() {
    Set<MemberId> reachable = port.reachable();
    long nowNs = port.nanoTime();
    for (Delivery delivery : new ArrayList<>(deliveries.values())) {
      if (!reachable.contains(delivery.holder)) {
        delivery.end(false);
      } else if (nowNs - delivery.heardNs > SILENCE_NS) {
        delivery.end(true);
      } else {
        delivery.goOn();
      }
    }
    for (MemberId holder : port.owed().keySet()) {
      if (reachable.contains(holder) && !deliveries.containsKey(holder) && mayTry(holder, nowNs)) {
        begin(holder);
      }
    }
  }

  private boolean mayTry(MemberId holder, long nowNs) {
    Rest rest = rests.get(holder);
    return rest == null || nowNs - rest.untilNs >= 0;
  }

  private void begin(MemberId holder) {
    // Late answers to the delivery before have had their time.
    sent.values().removeIf(each -> each.delivery.holder.equals(holder));
    Delivery delivery = new Delivery(holder, rests.get(holder));
    deliveries.put(holder, delivery);
    delivery.goOn();
  }

  /**
   * Takes in a holder's answer to a state. One that comes when its delivery has been given up still
   * ends its hint: it says what was stored.
   *
   * @param stored whether the holder has stored it
   */
  public void onReply(MemberId from, long id, boolean stored) {
    Sent answered = sent.get(id);
    if (answered == null || !answered.delivery.holder.equals(from)) {
      return;
    }
    sent.remove(id);
    Delivery delivery = answered.delivery;
    if (stored) {
      port.handedOver(
          from, answered.key, answered.hash, noted -> delivery.answered(answered.bytes, noted));
    } else {
      delivery.answered(answered.bytes, false);
    }
  }

  /** How many states have no answer yet. */
  public int underWay() {
    return sent.size();
  }

  /** What one holder is brought. */
  private final class Delivery {
    private final MemberId holder;
    private final int failuresBefore;
    private final Deque<Key> next = new ArrayDeque<>();
    private @Nullable Key lastFound;
    private @Nullable Key lastRead;
    private boolean lookingUp;
    private boolean atTheEnd;
    private int reading;
    private int open;
    private long openBytes;
    private int failures;
    private long stored;
    private long heardNs = port.nanoTime();

    Delivery(MemberId holder, @Nullable Rest rest) {
      this.holder = holder;
      this.failuresBefore = rest == null ? 0 : rest.failures;
      this.lastFound = rest == null ? null : rest.resumeAfter;
    }

    private boolean isOver() {
      return deliveries.get(holder) != this;
    }

    /** Does what can be done now; what comes of it calls this again. */
    private void goOn() {
      if (isOver() || lookingUp) {
        return;
      }
      if (failures >= FAILURES) {
        end(true);
      } else if (!next.isEmpty()) {
        readSome();
      } else if (!atTheEnd) {
        lookUp();
      } else if (reading == 0 && open == 0) {
        lastRead = null;
        end(failures > 0);
      }
    }

    private void lookUp() {
      lookingUp = true;
      if (!port.hints(holder, lastFound, WINDOW, this::found)) {
        lookingUp = false; // The next tick tries again.
      }
    }

    private void found(@Nullable List<Hint> hints) {
      lookingUp = false;
      if (hints == null) {
        failures = FAILURES;
      } else if (hints.isEmpty()) {
        atTheEnd = true;
      } else {
        hints.forEach(hint -> next.add(hint.key()));
        lastFound = hints.get(hints.size() - 1).key();
      }
      goOn();
    }

    private void readSome() {
      while (!next.isEmpty() && reading < READS && open < WINDOW && openBytes < WINDOW_BYTES) {
        Key before = lastRead;
        Key key = next.remove();
        lastRead = key;
        reading++;
        if (!port.read(key, read -> send(key, read))) {
          reading--;
          lastRead = before;
          next.addFirst(key);
          return; // The next tick tries again.
        }
      }
    }

    private void send(Key key, Reading read) {
      reading--;
      if (isOver()) {
        return;
      }
      byte[] state = read.state;
      if (read.failed) {
        failures++;
      } else if (state == null) {
        port.handedOver(holder, key, StateCodec.NO_STATE, noted -> failures += noted ? 0 : 1);
      } else if (port.send(holder, nextId, key, state)) {
        sent.put(nextId++, new Sent(this, key, StateCodec.hash(state), state.length));
        open++;
        openBytes += state.length;
      } else {
        failures = FAILURES;
      }
      goOn();
    }

    private void answered(int bytes, boolean isStored) {
      heardNs = port.nanoTime();
      open--;
      openBytes -= bytes;
      stored += isStored ? 1 : 0;
      failures += isStored ? 0 : 1;
      goOn();
    }

    private void end(boolean failed) {
      deliveries.remove(holder);
      // Whoever takes some of it is not to be left alone for long.
      int failuresNow = failed && stored == 0 ? failuresBefore + 1 : 0;
      long pauseNs = Math.min(PAUSE_NS << Math.min(failuresNow, 10), LONGEST_PAUSE_NS);
      rests.put(holder, new Rest(port.nanoTime() + pauseNs, failuresNow, failed ? lastRead : null));
      if (stored > 0) {
        LOG.info("brought {} keys to {} that it had missed", stored, holder);
      }
    }
  }
}
