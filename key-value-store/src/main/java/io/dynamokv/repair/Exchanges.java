package io.dynamokv.repair;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.KeyHash;
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
 * busy is tried again later; one of which nothing is heard fails alone. Not thread-safe.
 */
final class Exchanges {
  /** How many keys may wait before more are compared. */
  private static final int MOST_WAITING = Window.MOST;

  private static final long WINDOW_BYTES = 4L << 20;
  private static final int MOST_TRIES = 50;
  private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(5);

  private final Comparisons comparisons;
  private final AntiEntropy.Port port;
  private final MemberId peer;
  private final Comparisons.Aim aim;
  private final Allowance allowance;
  private final Window window;
  private final Comparison owner;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Map<Long, Exchange> asked = new HashMap<>();
  private final BitSet failedPartitions = new BitSet();
  private RoundReport report = RoundReport.EMPTY;
  private int open;
  private int sized;
  private long openBytes;

  /** What one is taken to have whose size is not known yet: as much as the largest lately. */
  private long expectedBytes = WINDOW_BYTES / Window.LEAST;

  private boolean busy;
  private boolean moving;
  private boolean over;

  /** A key that is to be moved, and how often that was tried. */
  private record Waiting(KeyHash key, int tries) {}

  /** How an exchange can end. */
  enum End {
    EQUAL,
    /** One side had no room for it just now. */
    BUSY,
    FAILED
  }

  /**
   * @param owner goes on when there may be room for more
   */
  Exchanges(
      Comparisons comparisons,
      AntiEntropy.Port port,
      MemberId peer,
      Comparisons.Aim aim,
      int keysPerSecond,
      Window window,
      Comparison owner) {
    this.comparisons = comparisons;
    this.port = port;
    this.peer = peer;
    this.aim = aim;
    this.allowance = new Allowance(keysPerSecond, port.nanoTime());
    this.window = window;
    this.owner = owner;
  }

  void add(List<KeyHash> keys) {
    keys.forEach(key -> waiting.add(new Waiting(key, 1)));
  }

  /** Whether few enough are waiting to look for more. */
  boolean wantMore() {
    return waiting.size() < MOST_WAITING;
  }

  boolean areDone() {
    return waiting.isEmpty() && open == 0;
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
    while (!over && !busy && hasRoom() && allowance.take(port.nanoTime())) {
      Waiting next = waiting.remove();
      open++;
      new Exchange(this, port, Key.of(next.key.key()), next.key.hash(), next.tries)
          .begin(aim == Comparisons.Aim.EQUAL);
    }
    moving = false;
  }

  private boolean hasRoom() {
    int unsized = open - sized;
    return !waiting.isEmpty()
        && open < window.size()
        && openBytes < WINDOW_BYTES
        && (unsized < Window.LEAST || openBytes + unsized * expectedBytes < WINDOW_BYTES);
  }

  /** Tries again what was busy, and gives up what is silent; to be called every now and then. */
  void tick() {
    busy = false;
    long nowNs = port.nanoTime();
    for (Map.Entry<Long, Exchange> silent : new ArrayList<>(asked.entrySet())) {
      if (nowNs - silent.getValue().askedNs() > SILENCE_NS) {
        asked.remove(silent.getKey());
        comparisons.forget(silent.getKey());
        window.took(SILENCE_NS, open);
        silent.getValue().end(End.FAILED);
      }
    }
  }

  /** Takes in an answer; returns false if none of the exchanges has asked. */
  boolean onReply(long id, Message reply) {
    Exchange exchange = asked.remove(id);
    if (exchange != null && !over) {
      exchange.onReply(reply);
    }
    return exchange != null;
  }

  /** Nothing more is asked, and nothing counts any more. */
  void stop() {
    over = true;
    waiting.clear();
    asked.keySet().forEach(comparisons::forget);
    asked.clear();
  }

  /** Sends a question of an exchange; returns false if that is not possible now. */
  boolean ask(Exchange exchange, LongFunction<Message> message) {
    if (over) {
      return false;
    }
    long id = comparisons.newId(owner);
    if (!port.send(peer, message.apply(id))) {
      comparisons.forget(id);
      return false;
    }
    asked.put(id, exchange);
    return true;
  }

  void sized(int bytes) {
    sized++;
    openBytes += bytes;
    expectedBytes = Math.max(bytes, expectedBytes - expectedBytes / Window.LEAST);
  }

  void fetched(int bytes) {
    report = report.plusFetched(bytes);
  }

  void sent(int bytes) {
    report = report.plusSent(bytes);
  }

  private void pace(Exchange exchange, End end) {
    long nowNs = port.nanoTime();
    if (end == End.BUSY) {
      window.refused(exchange.beganNs(), nowNs);
    } else if (end == End.EQUAL) {
      window.took(nowNs - exchange.beganNs(), open);
    }
  }

  void ended(Exchange exchange, End end) {
    if (over) {
      return;
    }
    pace(exchange, end);
    open--;
    if (exchange.bytes() >= 0) {
      sized--;
      openBytes -= exchange.bytes();
    }
    if (end == End.BUSY && exchange.tries() < MOST_TRIES) {
      busy = true;
      KeyHash key = new KeyHash(exchange.key().bytes(), exchange.hashThere());
      waiting.add(new Waiting(key, exchange.tries() + 1));
    } else if (end != End.EQUAL) {
      report = report.plusFailure();
      failedPartitions.set(port.tree().partitionOf(port.tree().leafOf(exchange.key().position())));
    }
    if (!moving) {
      owner.goOn();
    }
  }
}
