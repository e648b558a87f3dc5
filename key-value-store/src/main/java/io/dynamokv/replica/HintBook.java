package io.dynamokv.replica;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.Storage;
import io.dynamokv.version.StateCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes and strikes out the notes in a batch of writes. It is used by the thread that writes states
 * too, so no state changes between the look at it and the end of its note. Not thread-safe.
 */
final class HintBook {
  /** The most bytes of all notes together; beyond, none is taken. */
  static final long MAX_BYTES = 64L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(HintBook.class);

  private final Storage storage;
  private final LongSupplier clockMs;
  private final Meter refused;
  private final Meter delivered;

  HintBook(Storage storage, LongSupplier clockMs, MetricRegistry metrics) {
    this.storage = storage;
    this.clockMs = clockMs;
    this.refused = metrics.meter("hints.refused");
    this.delivered = metrics.meter("hints.delivered");
    metrics.gauge("hints.waiting", () -> (Gauge<Long>) this::waiting);
    metrics.gauge("hints.bytes", () -> (Gauge<Long>) () -> storage.hints().bytes());
  }

  private long waiting() {
    return storage.hints().counts().values().stream().mapToLong(Long::longValue).sum();
  }

  static boolean isHint(ReplicaWrite write) {
    return write instanceof ReplicaWrite.Owe || write instanceof ReplicaWrite.HandedOver;
  }

  /** Takes the notes of a batch. */
  void open(List<ReplicaWrite> writes, WriteResult[] results) {
    List<Hint> added = new ArrayList<>(0);
    for (int i = 0; i < results.length; i++) {
      if (writes.get(i) instanceof ReplicaWrite.Owe owe) {
        added.add(new Hint(owe.holder(), owe.key(), clockMs.getAsLong()));
        results[i] = new WriteResult.Noted();
      }
    }
    if (added.isEmpty()) {
      return;
    }
    if (storage.hints().bytes() >= MAX_BYTES || !isDone(() -> storage.hints().add(added))) {
      refused.mark(added.size());
    }
  }

  /** Strikes out the notes of a batch that are settled. */
  void close(List<ReplicaWrite> writes, WriteResult[] results) {
    List<Hint> removed = new ArrayList<>(0);
    for (int i = 0; i < results.length; i++) {
      if (writes.get(i) instanceof ReplicaWrite.HandedOver over) {
        results[i] = new WriteResult.Noted();
        if (isStill(over.key(), over.sentHash())) {
          removed.add(new Hint(over.holder(), over.key(), 0));
        }
      }
    }
    if (!removed.isEmpty() && isDone(() -> storage.hints().remove(removed))) {
      delivered.mark(removed.size());
    }
  }

  private boolean isStill(Key key, long hash) {
    try {
      byte[] state = storage.read(key);
      return (state == null ? StateCodec.NO_STATE : StateCodec.hash(state)) == hash;
    } catch (RuntimeException e) {
      LOG.debug("{} can not be read; the note stays", key, e);
      return false;
    }
  }

  /** A note that is lost costs what a crash costs; it must not cost the states their answer. */
  private static boolean isDone(Runnable change) {
    try {
      change.run();
      return true;
    } catch (RuntimeException e) {
      LOG.warn("hints could not be stored: {}", e.getMessage());
      return false;
    }
  }
}
