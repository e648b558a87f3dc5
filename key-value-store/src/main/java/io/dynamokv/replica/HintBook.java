package io.dynamokv.replica;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.Storage;
import io.dynamokv.version.StateCodec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes and strikes out the notes in a batch of writes. It is used by the thread that writes states
 * too, so no state changes between the look at it and the end of its note. Not thread-safe.
 *
 * <p>A note is taken before the state that it is about is written, and struck out after the state
 * is removed: a crash in between leaves a note too many, never a state that nobody knows of.
 */
final class HintBook {
  private static final Logger LOG = LoggerFactory.getLogger(HintBook.class);

  /** This part of the limit is for notes about what this node holds itself; they are small. */
  private static final int RESERVE = 4;

  private final Storage storage;
  private final DotSource dots;
  private final LongSupplier clockMs;
  private final FaultLog faults;
  private final long maxBytes;
  private final Meter refused;
  private final Meter delivered;
  private final Meter reassigned;
  private final Meter released;

  HintBook(
      Storage storage,
      DotSource dots,
      LongSupplier clockMs,
      FaultLog faults,
      long maxBytes,
      MetricRegistry metrics) {
    this.storage = storage;
    this.dots = dots;
    this.clockMs = clockMs;
    this.faults = faults;
    this.maxBytes = maxBytes;
    this.refused = metrics.meter("hints.refused");
    this.delivered = metrics.meter("hints.delivered");
    this.reassigned = metrics.meter("hints.reassigned");
    this.released = metrics.meter("hints.released");
    metrics.gauge("hints.waiting", () -> (Gauge<Long>) this::waiting);
    metrics.gauge("hints.bytes", () -> (Gauge<Long>) () -> storage.hints().bytes());
  }

  private long waiting() {
    return storage.hints().counts().values().stream().mapToLong(Long::longValue).sum();
  }

  /** Takes the notes of a batch; gives those a result whose state is not to be written. */
  void open(List<ReplicaWrite> writes, WriteResult[] results) {
    take(ReplicaWrite.Owe.class, writes, results, maxBytes);
    take(ReplicaWrite.StandIn.class, writes, results, maxBytes - maxBytes / RESERVE);
    // It makes room in the end.
    take(ReplicaWrite.Reassign.class, writes, results, Long.MAX_VALUE);
  }

  private void take(
      Class<? extends ReplicaWrite> kind,
      List<ReplicaWrite> writes,
      WriteResult[] results,
      long limit) {
    List<Hint> notes = new ArrayList<>(0);
    writes.stream().filter(kind::isInstance).forEach(write -> notesOf(write, notes));
    boolean taken = notes.isEmpty() || take(notes, limit);
    for (int i = 0; i < results.length; i++) {
      if (kind == ReplicaWrite.Owe.class && kind.isInstance(writes.get(i))) {
        results[i] = new WriteResult.Noted();
      } else if (!taken && kind.isInstance(writes.get(i))) {
        results[i] = new WriteResult.Refused(WriteResult.Refusal.HINTS_FULL);
      }
    }
  }

  private void notesOf(ReplicaWrite write, List<Hint> notes) {
    long nowMs = clockMs.getAsLong();
    if (write instanceof ReplicaWrite.Owe owe) {
      notes.add(new Hint(owe.holder(), owe.key(), nowMs));
    } else if (write instanceof ReplicaWrite.StandIn standIn) {
      notes.add(new Hint(standIn.holder(), standIn.key(), nowMs, standIn.state().length));
    } else if (write instanceof ReplicaWrite.Reassign reassign) {
      Hint hint = reassign.hint();
      for (MemberId heir : reassign.heirs()) {
        notes.add(new Hint(heir, hint.key(), nowMs, hint.stateBytes()));
      }
    }
  }

  private boolean take(List<Hint> notes, long limit) {
    if (storage.hints().bytes() < limit && isDone(() -> storage.hints().add(notes))) {
      return true;
    }
    refused.mark(notes.size());
    return false;
  }

  /** Strikes out the notes of a batch that are settled, and removes what was here for them. */
  void close(List<ReplicaWrite> writes, WriteResult[] results) {
    Settled settled = new Settled();
    List<Hint> givenUp = new ArrayList<>(0);
    for (int i = 0; i < results.length; i++) {
      if (writes.get(i) instanceof ReplicaWrite.HandedOver over) {
        settled.add(over);
      } else if (results[i] == null && writes.get(i) instanceof ReplicaWrite.Reassign reassign) {
        givenUp.add(reassign.hint());
      }
    }
    WriteResult ofSettled = resultOf(settled.release() && strikeOut(settled.hints, delivered));
    WriteResult ofGivenUp = resultOf(strikeOut(givenUp, reassigned));
    for (int i = 0; i < results.length; i++) {
      if (writes.get(i) instanceof ReplicaWrite.HandedOver) {
        results[i] = ofSettled;
      } else if (results[i] == null && writes.get(i) instanceof ReplicaWrite.Reassign) {
        results[i] = ofGivenUp;
      }
    }
  }

  private static WriteResult resultOf(boolean done) {
    return done
        ? new WriteResult.Noted()
        : new WriteResult.Refused(WriteResult.Refusal.STORAGE_FAILED);
  }

  private boolean strikeOut(List<Hint> hints, Meter meter) {
    if (hints.isEmpty()) {
      return true;
    }
    boolean done = isDone(() -> storage.hints().remove(hints));
    if (done) {
      meter.mark(hints.size());
    }
    return done;
  }

  /** A note that is lost costs what a crash costs; it must not cost the states their answer. */
  private boolean isDone(Runnable change) {
    try {
      change.run();
      return true;
    } catch (RuntimeException e) {
      faults.couldNot("store hints", e);
      return false;
    }
  }

  /** What a batch has settled. */
  private final class Settled {
    private final List<Hint> hints = new ArrayList<>(0);
    private final Map<Key, Storage.Change> releases = new LinkedHashMap<>(0);

    void add(ReplicaWrite.HandedOver over) {
      try {
        byte[] state = storage.read(over.key());
        if (hashOf(state) == over.sentHash()) {
          hints.add(new Hint(over.holder(), over.key(), 0));
          if (state != null && over.release() && isHereForOthers(over)) {
            releases.put(over.key(), new Storage.Change(over.key(), state, null));
          }
        }
      } catch (RuntimeException e) {
        LOG.debug("{} can not be read; the note stays", over.key(), e);
      }
    }

    private boolean isHereForOthers(ReplicaWrite.HandedOver over) {
      Hint noted = storage.hints().find(over.holder(), over.key());
      return noted != null && noted.stateBytes() > 0;
    }

    /** Removes the states that nobody is owed any more; returns false if the notes are to stay. */
    boolean release() {
      if (releases.isEmpty()) {
        return true;
      }
      return isDone(
          () -> {
            releases.values().removeIf(change -> isOwedToOthers(change.key()));
            dots.forget(releases.keySet());
            List<Storage.Change> kept = storage.compareAndWrite(List.copyOf(releases.values()));
            released.mark(releases.size() - kept.size());
            hints.removeIf(hint -> isAmong(kept, hint.key()));
          });
    }

    private boolean isOwedToOthers(Key key) {
      Set<MemberId> owed = new HashSet<>(storage.hints().holdersOwed(key));
      hints.stream().filter(hint -> hint.key().equals(key)).map(Hint::holder).forEach(owed::remove);
      return !owed.isEmpty();
    }

    private static boolean isAmong(Collection<Storage.Change> changes, Key key) {
      return changes.stream().anyMatch(change -> change.key().equals(key));
    }
  }

  private static long hashOf(byte @Nullable [] state) {
    return state == null ? StateCodec.NO_STATE : StateCodec.hash(state);
  }
}
