package io.dynamokv.repair;

import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.HashTree;
import io.dynamokv.storage.KeyHashes;
import io.dynamokv.storage.KeyQuery;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.CompareReply;
import io.dynamokv.transport.Message.CompareRequest;
import io.dynamokv.transport.Message.KeyHash;
import io.dynamokv.transport.Message.KeysReply;
import io.dynamokv.transport.Message.KeysRequest;
import io.dynamokv.transport.Message.Level;
import io.dynamokv.transport.Message.PlaceHash;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.WireLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of this node with another: the hashes of partitions, then of the leaves of those
 * that differ, then the keys of those leaves; the states of the keys that differ are moved
 * meanwhile ({@link Exchange}). There is one question at a time under way, and as many states as
 * {@link Pace} allows. Not thread-safe.
 */
final class Comparison {
  /** To look at so many keys in vain costs less than one more question. */
  private static final int MOST_KEYS_IN_GAP = 64;

  private final Comparisons comparisons;
  private final AntiEntropy.Port port;
  private final MemberId peer;
  private final Consumer<Comparison> ended;
  private final long beganNs;
  private final Exchanges exchanges;

  private final Deque<Integer> partitions = new ArrayDeque<>();
  private final Deque<Integer> leaves = new ArrayDeque<>();
  private final Deque<Range> ranges = new ArrayDeque<>();
  private final BitSet verified = new BitSet();
  private final BitSet failed = new BitSet();
  private @Nullable Question question;
  private boolean lookingUp;
  private boolean over;
  private long heardNs;
  private RoundReport report = RoundReport.of(1);

  /** What the other was asked last. */
  private record Question(long id, Consumer<Message> answered) {}

  /** A part of the ring whose keys are to be compared. */
  private record Range(long firstPosition, long lastPosition) {}

  Comparison(
      Comparisons comparisons,
      AntiEntropy.Port port,
      MemberId peer,
      Comparisons.Aim aim,
      Pace pace,
      Consumer<Comparison> ended) {
    this.comparisons = comparisons;
    this.port = port;
    this.peer = peer;
    this.ended = ended;
    this.beganNs = port.nanoTime();
    this.heardNs = beganNs;
    this.exchanges = new Exchanges(comparisons, port, peer, aim, pace, this);
  }

  MemberId peer() {
    return peer;
  }

  long beganNs() {
    return beganNs;
  }

  /**
   * The partitions of which every key has been equal, or was handed over, at a moment since this
   * began; complete when it has ended.
   */
  BitSet verified() {
    return verified;
  }

  RoundReport report() {
    return report.with(exchanges.report());
  }

  /** Begins with some partitions; what comes of it is told when it has ended. */
  void begin(BitSet toCompare) {
    toCompare.stream().forEach(partitions::add);
    goOn();
  }

  /** Gives up if the other is out of reach or silent; else does what can be done now. */
  void tick() {
    boolean silent = port.nanoTime() - heardNs > AntiEntropy.SILENCE_NS;
    if (silent || !port.view().reachable().contains(peer)) {
      giveUp();
    } else {
      exchanges.tick();
      goOn();
    }
  }

  /** Takes in an answer to one of the ids that were taken for this. */
  void onReply(long id, Message reply) {
    heardNs = port.nanoTime();
    Question asked = question;
    if (!exchanges.onReply(id, reply) && asked != null && asked.id == id) {
      question = null;
      asked.answered.accept(reply);
    }
    goOn();
  }

  /** Does what can be done now. */
  void goOn() {
    if (!over) {
      exchanges.move();
      if (!over && question == null && !lookingUp && exchanges.wantMore()) {
        askNext();
      }
    }
  }

  /** The deepest first, so that little waits. */
  private void askNext() {
    if (!ranges.isEmpty()) {
      lookUp(ranges.remove());
    } else if (!leaves.isEmpty()) {
      compareLeaves();
    } else if (!partitions.isEmpty()) {
      comparePartitions();
    } else if (exchanges.areDone()) {
      verified.andNot(failed);
      verified.andNot(exchanges.failedPartitions());
      end();
    }
  }

  private void comparePartitions() {
    HashTree tree = port.tree();
    List<PlaceHash> places = new ArrayList<>();
    while (!partitions.isEmpty() && places.size() < WireLimits.MAX_COMPARED) {
      int partition = partitions.remove();
      Long hash = tree.hashOfPartition(partition);
      if (hash == null) {
        fail(Level.PARTITIONS, partition);
      } else {
        verified.set(partition);
        places.add(new PlaceHash(partition, hash));
      }
    }
    report = report.plusPartitions(places.size());
    compare(
        Level.PARTITIONS,
        places,
        reply -> {
          report = report.plusDiffering(reply.differing().size());
          reply.differing().forEach(this::addLeavesOf);
        });
  }

  private void addLeavesOf(int partition) {
    HashTree tree = port.tree();
    int first = tree.firstLeaf(partition);
    for (int leaf = first; leaf < first + tree.leavesPerPartition(); leaf++) {
      leaves.add(leaf);
    }
  }

  private void compareLeaves() {
    HashTree tree = port.tree();
    List<PlaceHash> places = new ArrayList<>();
    while (!leaves.isEmpty() && places.size() < WireLimits.MAX_COMPARED) {
      int leaf = leaves.remove();
      Long hash = tree.hashOfLeaf(leaf);
      if (hash == null) {
        fail(Level.LEAVES, leaf);
      } else {
        places.add(new PlaceHash(leaf, hash));
      }
    }
    compare(Level.LEAVES, places, reply -> addRanges(reply, places));
  }

  /** Leaves that differ become one range if there are few keys between them. */
  private void addRanges(CompareReply reply, List<PlaceHash> places) {
    HashTree tree = port.tree();
    BitSet differing = new BitSet();
    reply.differing().forEach(differing::set);
    BitSet known = new BitSet();
    places.forEach(leaf -> known.set(leaf.place()));
    reply.unknown().forEach(known::clear);
    int longestGap = longestGap(places);
    for (int first = differing.nextSetBit(0); first >= 0; ) {
      int last = first;
      int next = differing.nextSetBit(last + 1);
      while (next >= 0 && next - last - 1 <= longestGap && known.nextClearBit(last) >= next) {
        last = next;
        next = differing.nextSetBit(last + 1);
      }
      ranges.add(new Range(tree.firstPosition(first), tree.lastPosition(last)));
      first = next;
    }
  }

  /**
   * How many leaves have few keys. Where d keys are in a leaf on average, e^-d of the leaves are
   * empty.
   */
  private static int longestGap(List<PlaceHash> leaves) {
    double empty = leaves.stream().filter(leaf -> leaf.hash() == 0).count();
    double keysInLeaf = Math.log(leaves.size() / empty);
    return (int) Math.min(MOST_KEYS_IN_GAP, MOST_KEYS_IN_GAP / keysInLeaf);
  }

  private void compare(Level level, List<PlaceHash> places, Consumer<CompareReply> whenCompared) {
    ask(
        id -> new CompareRequest(id, level, places),
        reply -> {
          if (reply instanceof CompareReply compared && isAbout(compared, places)) {
            whenCompared.accept(compared);
            compared.unknown().forEach(place -> fail(level, place));
          } else {
            giveUp();
          }
        });
  }

  private static boolean isAbout(CompareReply reply, List<PlaceHash> places) {
    Set<Integer> asked = places.stream().map(PlaceHash::place).collect(Collectors.toSet());
    return asked.containsAll(reply.differing()) && asked.containsAll(reply.unknown());
  }

  private void fail(Level level, int place) {
    report = report.plusUnknown(1);
    failed.set(level == Level.PARTITIONS ? place : port.tree().partitionOf(place));
  }

  private void lookUp(Range range) {
    lookingUp = true;
    boolean accepted =
        port.keys(
            KeyQuery.between(range.firstPosition, range.lastPosition, AntiEntropy.KEYS),
            own -> {
              lookingUp = false;
              if (own == null) {
                giveUp();
              } else if (!over) {
                compareKeys(range, own);
              }
            });
    if (!accepted) {
      lookingUp = false;
      ranges.addFirst(range); // The next tick tries again.
    }
  }

  private void compareKeys(Range range, KeyHashes own) {
    List<KeyHash> hashes = new ArrayList<>(own.entries().size());
    own.entries().forEach(entry -> hashes.add(new KeyHash(entry.key().bytes(), entry.hash())));
    report = report.plusKeysCompared(hashes.size());
    ask(
        id -> new KeysRequest(id, range.firstPosition, own.lastPosition(), hashes),
        reply -> {
          if (reply instanceof KeysReply compared && compared.status() == Status.OK) {
            exchanges.add(compared.keys());
            addRest(range, own.lastPosition(), compared.lastPosition());
          } else {
            giveUp();
          }
        });
  }

  /** What is behind the last position that was compared. */
  private void addRest(Range range, long askedTo, long comparedTo) {
    boolean isWithin =
        Long.compareUnsigned(range.firstPosition, comparedTo) <= 0
            && Long.compareUnsigned(comparedTo, askedTo) <= 0;
    if (!isWithin) {
      giveUp();
    } else if (Long.compareUnsigned(comparedTo, range.lastPosition) < 0) {
      ranges.addFirst(new Range(comparedTo + 1, range.lastPosition));
    }
  }

  private void ask(LongFunction<Message> message, Consumer<Message> answered) {
    long id = comparisons.newId(this);
    question = new Question(id, answered);
    if (over || !port.send(peer, message.apply(id))) {
      comparisons.forget(id);
      giveUp();
    }
  }

  private void giveUp() {
    if (!over) {
      report = report.plusFailure();
      verified.clear();
      end();
    }
  }

  private void end() {
    over = true;
    exchanges.stop();
    ended.accept(this);
  }
}
