package io.dynamokv.repair;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.CollectReply;
import io.dynamokv.transport.Message.CollectRequest;
import java.util.function.Consumer;

/**
 * All that compares what nodes have, one thing at a time: filling first, then clearing, then the
 * rounds of anti-entropy; and beside these the collection of tombstones. Not thread-safe:
 * everything happens in one mailbox. It waits for nothing.
 */
public final class Repairs {
  private final TreeBuilder builder;
  private final Comparisons comparisons;
  private final Filling filling;
  private final Clearing clearing;
  private final AntiEntropy antiEntropy;
  private final Collection collection;

  /** What they need of their node. */
  public interface Port extends Filling.Port, Collection.Port {}

  /**
   * @param firstId where the ids of messages begin, far from those of every earlier run
   */
  public Repairs(
      Port port, AntiEntropy.Settings settings, Collection.Settings collecting, long firstId) {
    this.builder = new TreeBuilder(port);
    this.comparisons = new Comparisons(port, settings.keysPerSecond(), firstId);
    this.filling = new Filling(port, comparisons);
    this.clearing = new Clearing(port, comparisons);
    this.antiEntropy = new AntiEntropy(port, settings, comparisons, builder);
    this.collection = new Collection(port, collecting, firstId);
  }

  /** Does what is due; to be called every now and then. */
  public void tick() {
    builder.tick();
    filling.tick();
    comparisons.tick();
    collection.tick();
    if (comparisons.isIdle() && !clearing.isDropping()) {
      filling.begin();
    }
    if (comparisons.isIdle()) {
      clearing.begin();
    }
    if (comparisons.isIdle()) {
      antiEntropy.begin();
    }
  }

  /** Takes in an answer; one that nobody waits for any more is dropped. */
  public void onReply(MemberId from, long id, Message reply) {
    if (reply instanceof CollectReply collected) {
      collection.onReply(from, collected);
    } else {
      comparisons.onReply(from, id, reply);
    }
  }

  /** Answers whether this node still needs some tombstones. */
  public void onCollect(MemberId from, CollectRequest request) {
    collection.server().onRequest(from, request);
  }

  /** As {@link AntiEntropy#repair}. */
  public void repair(Consumer<RoundReport> done) {
    antiEntropy.repair(done);
  }

  /** Nobody waits here any more. */
  public void stop() {
    antiEntropy.stop();
  }

  public AntiEntropy antiEntropy() {
    return antiEntropy;
  }

  public Collection collection() {
    return collection;
  }

  public Filling filling() {
    return filling;
  }

  public Clearing clearing() {
    return clearing;
  }
}
