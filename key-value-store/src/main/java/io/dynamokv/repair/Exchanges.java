package io.dynamokv.repair;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.KeyHash;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.version.StateCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * The keys that two nodes are found to differ in, and the {@link Exchange}s that make them equal:
 * so many keys and so many bytes at once, so many keys a second. A key for which one side is too
 * busy is tried again later; one of which nothing is heard fails alone, or with those that were
 * asked for together with it. Not thread-safe.
 */
final class Exchanges {
  /** How many keys may wait before more are compared. */
  private static final int MOST_WAITING = Window.MOST;

  private static final long WINDOW_BYTES = 4L << 20;

  /** Of so many keys the sizes may be unknown in any case, whatever they may come to. */
  private static final int LEAST_UNSIZED = 16;

  private static final int MOST_TRIES = 50;
  private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(5);

  private final Comparisons comparisons;
  private final AntiEntropy.Port port;
  private final MemberId peer;
  private final Comparisons.Aim aim;
  private final Pace pace;
  private final Comparison owner;
  private final Deque<Waiting> toFetch = new ArrayDeque<>();
  private final Deque<Waiting> toSend = new ArrayDeque<>();
  private final Map<Long, Asking> asked = new HashMap<>();
  private final BitSet failedPartitions = new BitSet();
  private RoundReport report = RoundReport.EMPTY;
  private int open;
  private int sized;
  private long openBytes;

  /** What one is taken to have whose size is not known yet: as much as the largest lately. */
  private long expectedBytes = WINDOW_BYTES / LEAST_UNSIZED;

  private boolean busy;
  private boolean moving;
  private boolean over;

  /** A key that is to be moved, and how often that was tried. */
  private record Waiting(KeyHash key, int tries) {}

  /** What waits for an answer of the other. */
  interface Asking {
    void onReply(Message message);

    /** When it asked. */
    long askedNs();

    void end(End how);
  }

  /** How an exchange can end. */
  enum End {
    EQUAL,
    /** One side had no room for it just now. */
    BUSY,
    FAILED;

    /** How one ends of which the other says that it did not do what it was asked. */
    static End ofRefusal(Status status) {
      return status == Status.OVERLOADED ? BUSY : FAILED;
    }
  }

  /**
   * @param owner goes on when there may be room for more
   */
  Exchanges(
      Comparisons comparisons,
      AntiEntropy.Port port,
      MemberId peer,
      Comparisons.Aim aim,
      Pace pace,
      Comparison owner) {
    this.comparisons = comparisons;
    this.port = port;
    this.peer = peer;
    this.aim = aim;
    this.pace = pace;
    this.owner = owner;
  }

  void add(List<KeyHash> keys) {
    keys.forEach(key -> add(new Waiting(key, 1)));
  }

  private void add(Waiting key) {
    boolean fetches = aim == Comparisons.Aim.EQUAL && key.key.hash() != StateCodec.NO_STATE;
    (fetches ? toFetch : toSend).add(key);
  }

  /** Whether few enough are waiting to look for more. */
  boolean wantMore() {
    return toFetch.size() + toSend.size() < MOST_WAITING;
  }

  boolean areDone() {
    return toFetch.isEmpty() && toSend.isEmpty() && open == 0;
  }

  RoundReport report() {
    return report;
  }

  BitSet failedPartitions() {
    return failedPartitions;
  }

  /** Begins what can begin. */
  void move() {
    moving = true;
    boolean goesOn = true;
    while (goesOn && !over && !busy) {
      // What waits for room for many would wait for ever if single ones took it.
      goesOn = toFetch.isEmpty() ? sendOne() : fetchSome();
    }
    moving = false;
  }

  /**
   * A few are not fetched alone while more wait. What is wanted is never more than there is room
   * for while another question is open.
   */
  private boolean fetchSome() {
    int wanted = (int) Math.min(Math.min(toFetch.size(), pace.together()), mostUnsized() / 2);
    if (room() < wanted) {
      return false;
    }
    List<Exchange> together = new ArrayList<>(wanted);
    pace.begin(wanted);
    for (int i = 0; i < wanted; i++) {
      together.add(begin(toFetch.remove()));
    }
    new Fetch(this, port, together).begin();
    return true;
  }

  private boolean sendOne() {
    if (toSend.isEmpty() || room() <= 0) {
      return false;
    }
    pace.begin(1);
    begin(toSend.remove()).sendOwn();
    return true;
  }

  private Exchange begin(Waiting next) {
    open++;
    return new Exchange(this, port, Key.of(next.key.key()), next.key.hash(), next.tries);
  }

  /** How many keys may be begun. */
  private int room() {
    if (openBytes >= WINDOW_BYTES) {
      return 0;
    }
    int unsized = open - sized;
    return (int) Math.min(mostUnsized() - unsized, pace.room(open, port.nanoTime()));
  }

  /** Of how many keys the sizes may be unknown: they must fit, as far as can be told. */
  private long mostUnsized() {
    return Math.max(LEAST_UNSIZED, (WINDOW_BYTES - openBytes) / expectedBytes);
  }

  /** Tries again what was busy, and gives up what is silent; to be called every now and then. */
  void tick() {
    busy = false;
    long nowNs = port.nanoTime();
    for (Map.Entry<Long, Asking> silent : new ArrayList<>(asked.entrySet())) {
      if (nowNs - silent.getValue().askedNs() > SILENCE_NS) {
        asked.remove(silent.getKey());
        comparisons.forget(silent.getKey());
        pace.refused(silent.getValue().askedNs(), nowNs);
        silent.getValue().end(End.FAILED);
      }
    }
  }

  /** Takes in an answer; returns false if none of the exchanges has asked. */
  boolean onReply(long id, Message reply) {
    Asking asking = asked.remove(id);
    if (asking != null && !over) {
      asking.onReply(reply);
    }
    return asking != null;
  }

  /** Nothing more is asked, and nothing counts any more. */
  void stop() {
    over = true;
    toFetch.clear();
    toSend.clear();
    asked.keySet().forEach(comparisons::forget);
    asked.clear();
  }

  /** One that was begun waits again: the other had something else to answer first. */
  void postpone(Exchange exchange) {
    if (!over) {
      open--;
      pace.putOff(1);
      toFetch.addFirst(waitingFor(exchange, exchange.tries()));
    }
  }

  private static Waiting waitingFor(Exchange exchange, int tries) {
    return new Waiting(new KeyHash(exchange.key().bytes(), exchange.hashThere()), tries);
  }

  /** Sends a question; returns false if that is not possible now. */
  boolean ask(Asking asking, LongFunction<Message> message) {
    if (over) {
      return false;
    }
    long id = comparisons.newId(owner);
    if (!port.send(peer, message.apply(id))) {
      comparisons.forget(id);
      return false;
    }
    asked.put(id, asking);
    return true;
  }

  void sized(int bytes) {
    sized++;
    openBytes += bytes;
    expectedBytes = Math.max(bytes, expectedBytes - expectedBytes / LEAST_UNSIZED);
  }

  void fetched(int bytes) {
    report = report.plusFetched(bytes);
  }

  void sent(int bytes) {
    report = report.plusSent(bytes);
  }

  private void tellPace(Exchange exchange, End end) {
    long nowNs = port.nanoTime();
    if (end == End.BUSY) {
      pace.refused(exchange.beganNs(), nowNs);
    } else if (end == End.EQUAL) {
      pace.moved(exchange.beganNs(), nowNs, open);
    }
  }

  void ended(Exchange exchange, End end) {
    if (over) {
      return;
    }
    tellPace(exchange, end);
    open--;
    if (exchange.bytes() >= 0) {
      sized--;
      openBytes -= exchange.bytes();
    }
    if (end == End.BUSY && exchange.tries() < MOST_TRIES) {
      busy = true;
      add(waitingFor(exchange, exchange.tries() + 1));
    } else if (end != End.EQUAL) {
      report = report.plusFailure();
      failedPartitions.set(port.tree().partitionOf(port.tree().leafOf(exchange.key().position())));
    }
    if (!moving) {
      owner.goOn();
    }
  }
}
