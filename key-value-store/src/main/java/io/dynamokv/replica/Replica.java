package io.dynamokv.replica;

import static java.util.Objects.requireNonNull;

import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.version.KeyState;
import io.dynamokv.version.MalformedStateException;
import io.dynamokv.version.StateCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This node's copy of every key it holds. Thread-safe.
 *
 * <p>Writes come in batches. A batch reads each of its keys once, outside any transaction, works
 * out the new states in memory, and compares and writes them in one transaction. Keys that somebody
 * else changed in between are worked out anew; the others are not touched again. Nothing that this
 * class reports as stored counts, or may be shown to a reader, before {@link #harden} has returned.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 4.4.
 */
public final class Replica {
  /** The most bytes that all siblings of a key may have together. */
  public static final int MAX_STATE_BYTES = 8 << 20;

  private static final int MAX_ROUNDS = 100;

  private final Storage storage;
  private final DotSource dots;
  private final LongSupplier clockMs;
  private final Meter conflicts;
  private final Meter trimmed;
  private final Meter siblingsMade;
  private final HintBook hints;
  private final Removals removals;
  private final FaultLog faults;

  /**
   * @param clockMs the time in milliseconds since 1970, for the entries of clocks
   * @param maxHintBytes how much may be kept for others, see {@link Hint#bytes}
   */
  public Replica(
      Storage storage,
      DotSource dots,
      LongSupplier clockMs,
      long maxHintBytes,
      MetricRegistry metrics) {
    this.storage = storage;
    this.dots = dots;
    this.clockMs = clockMs;
    this.conflicts = metrics.meter("replica.write-conflicts");
    this.trimmed = metrics.meter("replica.clocks-trimmed");
    this.siblingsMade = metrics.meter("replica.siblings-made");
    this.faults = new FaultLog(clockMs);
    this.hints = new HintBook(storage, dots, clockMs, faults, maxHintBytes, metrics);
    this.removals = new Removals(storage, dots, faults, metrics);
  }

  /** The bytes of a key's state, or null if it was never written here. */
  public byte @Nullable [] read(Key key) {
    return storage.read(key);
  }

  /** Where it tells what the storage does not do. */
  public FaultLog faults() {
    return faults;
  }

  /** What a holder is owed, in the order of the keys, behind a key or from the first on. */
  public List<Hint> hintsFor(MemberId holder, @Nullable Key after, int limit) {
    return storage.hints().of(holder, after, limit);
  }

  /** How many hints there are for each holder that has any. */
  public Map<MemberId, Long> hintCounts() {
    return storage.hints().counts();
  }

  /** Makes all that was applied before as safe as the configured durability says. */
  public void harden() {
    storage.harden();
  }

  /**
   * Applies writes in order, in as few transactions as possible.
   *
   * @return one result for each write, in the same order
   */
  public List<WriteResult> apply(List<ReplicaWrite> writes) {
    WriteResult[] results = new WriteResult[writes.size()];
    hints.open(writes, results);
    Map<Key, Slot> slots = slotsOf(writes, results);
    try {
      applyInRounds(writes, slots, results);
    } catch (StorageException e) {
      faults.couldNot("store writes to " + slots.size() + " keys", e);
      slots.values().forEach(slot -> slot.fail(results, e.isRefusal()));
    }
    hints.close(writes, results);
    removals.apply(writes, results);
    return Arrays.asList(results);
  }

  /** Leaves in {@code slots} the keys that are not done; none, if nothing is thrown. */
  private void applyInRounds(
      List<ReplicaWrite> writes, Map<Key, Slot> slots, WriteResult[] results) {
    for (int round = 0; !slots.isEmpty(); round++) {
      if (round == MAX_ROUNDS) {
        throw StorageException.refusal("they kept changing while they were written");
      }
      workOut(slots.values(), writes, results);
      slots.keySet().retainAll(keysOf(storage.compareAndWrite(changesOf(slots.values()))));
      conflicts.mark(slots.size());
    }
  }

  private static void workOut(
      Collection<Slot> slots, List<ReplicaWrite> writes, WriteResult[] results) {
    try {
      slots.forEach(slot -> slot.workOut(writes, results));
    } catch (StorageException e) {
      throw StorageException.refusal(String.valueOf(e.getMessage()), e);
    }
  }

  private Map<Key, Slot> slotsOf(List<ReplicaWrite> writes, WriteResult[] results) {
    Map<Key, Slot> slots = new LinkedHashMap<>();
    for (int i = 0; i < writes.size(); i++) {
      if (writes.get(i).changesState() && results[i] == null) {
        slots.computeIfAbsent(writes.get(i).key(), Slot::new).indexes.add(i);
      }
    }
    return slots;
  }

  private static List<Storage.Change> changesOf(Collection<Slot> slots) {
    List<Storage.Change> changes = new ArrayList<>(slots.size());
    for (Slot slot : slots) {
      byte[] next = slot.current;
      if (next != null && next != slot.found) {
        changes.add(new Storage.Change(slot.key, slot.found, next));
      }
    }
    return changes;
  }

  private static Set<Key> keysOf(List<Storage.Change> changes) {
    Set<Key> keys = new HashSet<>();
    changes.forEach(change -> keys.add(change.key()));
    return keys;
  }

  /** One key of a batch: what was found, what it has become, and whose writes those were. */
  private final class Slot {
    private final Key key;
    private final List<Integer> indexes = new ArrayList<>(1);
    private byte @Nullable [] found;
    private byte @Nullable [] current;

    Slot(Key key) {
      this.key = key;
    }

    void workOut(List<ReplicaWrite> writes, WriteResult[] results) {
      found = storage.read(key);
      current = found;
      for (int index : indexes) {
        results[index] = write(writes.get(index));
      }
    }

    /** Takes back what was said of this key's writes: they were not stored, or perhaps not. */
    void fail(WriteResult[] results, boolean notStored) {
      if (!notStored && current == found) {
        return; // There was nothing to write.
      }
      for (int index : indexes) {
        // What was refused, for the sake of what may not be there, was not stored in any case.
        boolean uncertain = !notStored && results[index] instanceof WriteResult.Stored;
        results[index] =
            uncertain
                ? new WriteResult.Uncertain()
                : new WriteResult.Refused(WriteResult.Refusal.STORAGE_FAILED);
      }
    }

    private WriteResult write(ReplicaWrite write) {
      KeyState state;
      try {
        state = current == null ? KeyState.EMPTY : StateCodec.decode(current);
      } catch (MalformedStateException e) {
        return new WriteResult.Refused(WriteResult.Refusal.STORAGE_FAILED);
      }
      if (write instanceof ReplicaWrite.Merge merge) {
        return merge(state, merge.state());
      } else if (write instanceof ReplicaWrite.StandIn standIn) {
        return merge(state, standIn.state());
      }
      return coordinate(state, (ReplicaWrite.Coordinate) write);
    }

    private WriteResult coordinate(KeyState state, ReplicaWrite.Coordinate write) {
      if (!dots.mayWrite(key)) {
        return new WriteResult.Refused(WriteResult.Refusal.NOT_A_HOLDER);
      } else if (state.hasMoreThan(write.from())) {
        return new WriteResult.Stale();
      }
      KeyState next = state.write(write.from(), dots.next(key), clockMs.getAsLong(), write.value());
      countTrimmed(state, next);
      return become(next, StateCodec.encode(next));
    }

    private WriteResult merge(KeyState state, byte[] sent) {
      KeyState other;
      try {
        other = StateCodec.decode(sent);
      } catch (MalformedStateException e) {
        return new WriteResult.Refused(WriteResult.Refusal.MALFORMED);
      }
      if (current == null && removals.wasCollected(sent)) {
        return new WriteResult.Stored(other.version(), sent); // All have seen it.
      }
      KeyState next = state.merge(other);
      if (next.equals(state)) {
        return new WriteResult.Stored(state.version(), requireNonNull(current));
      }
      if (next.siblings().size() > Math.max(1, state.siblings().size())) {
        siblingsMade.mark();
      }
      countTrimmed(state, next);
      return become(next, next.equals(other) ? sent : StateCodec.encode(next));
    }

    private WriteResult become(KeyState next, byte[] bytes) {
      if (next.siblings().size() > KeyState.MAX_SIBLINGS || bytes.length > MAX_STATE_BYTES) {
        return new WriteResult.Refused(WriteResult.Refusal.TOO_MANY_SIBLINGS);
      }
      current = bytes;
      return new WriteResult.Stored(next.version(), bytes);
    }

    private void countTrimmed(KeyState before, KeyState after) {
      if (after.clock().hasLost(before.clock())) {
        trimmed.mark();
      }
    }
  }
}
