package io.dynamokv.repair;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs comparisons, one at a time, and brings them their answers. Not thread-safe. */
final class Comparisons {
  private final AntiEntropy.Port port;
  private final Pace pace;
  private final Map<Long, Comparison> owners = new HashMap<>();
  private @Nullable Comparison current;
  private long nextId;

  /** What a comparison is to bring about. */
  enum Aim {
    /** Both have the same. */
    EQUAL,
    /** The other has whatever this node has. */
    HANDED_OVER
  }

  /**
   * @param firstId where the ids of messages begin, far from those of every earlier run
   */
  Comparisons(AntiEntropy.Port port, int keysPerSecond, long firstId) {
    this.port = port;
    this.pace = new Pace(keysPerSecond, port.nanoTime());
    this.nextId = firstId;
  }

  boolean isIdle() {
    return current == null;
  }

  /** How many keys the one that is under way has fetched so far. */
  long keysFetched() {
    Comparison running = current;
    return running == null ? 0 : running.report().keysFetched();
  }

  /**
   * Begins a comparison of some partitions; to be called when idle.
   *
   * @param ended told when it has ended, whatever came of it
   */
  void begin(MemberId peer, BitSet partitions, Aim aim, Consumer<Comparison> ended) {
    Comparison next =
        new Comparison(
            this,
            port,
            peer,
            aim,
            pace,
            comparison -> {
              current = null;
              owners.values().removeIf(owner -> owner == comparison);
              ended.accept(comparison);
            });
    current = next;
    next.begin(partitions);
  }

  void tick() {
    Comparison running = current;
    if (running != null) {
      running.tick();
    }
  }

  /** Takes in an answer; one that nobody waits for any more is dropped. */
  void onReply(MemberId from, long id, Message reply) {
    Comparison owner = owners.get(id);
    if (owner != null && owner.peer().equals(from)) {
      owners.remove(id);
      owner.onReply(id, reply);
    }
  }

  /** An id for a question, whose answer will go to who asks. */
  long newId(Comparison owner) {
    owners.put(nextId, owner);
    return nextId++;
  }

  /** No answer to this question will be taken any more. */
  void forget(long id) {
    owners.remove(id);
  }
}
