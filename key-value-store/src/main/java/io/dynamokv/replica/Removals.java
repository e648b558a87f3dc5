package io.dynamokv.replica;

import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.version.StateCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Removes, in a batch of writes, what need not be here any more: what others hold now, and
 * tombstones that nobody needs. It is used by the thread that writes states too, after it has
 * written those of the same batch. A fault leaves everything where it is. Not thread-safe.
 */
final class Removals {
  /** So many of the tombstones that were collected last are not taken in again: 3 MiB. */
  private static final int REMEMBERED = 1 << 16;

  private static final String CHECKED = "checked";

  private final Storage storage;
  private final DotSource dots;
  private final FaultLog faults;
  private final Meter collected;

  /** Hashes of states; each has a dot of its own, so it names its key too. */
  private final Set<Long> lately = new LinkedHashSet<>();

  /** What there is of a key, and whether it is that alone which was asked about, or nothing. */
  private record Look(boolean isSettled, byte @Nullable [] state) {}

  Removals(Storage storage, DotSource dots, FaultLog faults, MetricRegistry metrics) {
    this.storage = storage;
    this.dots = dots;
    this.faults = faults;
    this.collected = metrics.meter("tombstones.collected");
  }

  /** Whether a state that is not here any more was collected lately. */
  boolean wasCollected(byte[] state) {
    return !lately.isEmpty() && lately.contains(StateCodec.hash(state));
  }

  /** Does what a batch asks for, and gives it its results. */
  void apply(List<ReplicaWrite> writes, WriteResult[] results) {
    List<Integer> checks = new ArrayList<>(0);
    Map<Integer, Storage.Change> removals = new LinkedHashMap<>(0);
    for (int i = 0; i < results.length; i++) {
      ReplicaWrite write = writes.get(i);
      if (write instanceof ReplicaWrite.Check check) {
        results[i] = resultOf(look(check.key(), check.hash()).isSettled());
        checks.add(i);
      } else if (write instanceof ReplicaWrite.Collect collect) {
        results[i] = collect(collect, i, removals);
      } else if (write instanceof ReplicaWrite.Drop drop) {
        results[i] = drop(drop, i, removals);
      }
    }
    if (!checks.isEmpty() && !isDone("force what was checked", this::force)) {
      checks.forEach(i -> results[i] = resultOf(false));
    }
    remove(writes, removals, results);
  }

  private static WriteResult resultOf(boolean done) {
    return done
        ? new WriteResult.Noted()
        : new WriteResult.Refused(WriteResult.Refusal.NOT_SETTLED);
  }

  private Look look(Key key, long hash) {
    try {
      byte[] state = storage.read(key);
      boolean isThat = state == null ? canDoWithout(key, hash) : StateCodec.hash(state) == hash;
      return new Look(isThat && storage.hints().holdersOwed(key).isEmpty(), state);
    } catch (StorageException e) {
      faults.couldNot("look at " + key, e);
      return new Look(false, null);
    }
  }

  /** A holder that has not met a tombstone must: something older may be on its way to it. */
  private boolean canDoWithout(Key key, long hash) {
    return !dots.mayWrite(key) || lately.contains(hash);
  }

  /** What has been agreed to must not be undone by a crash. */
  private void force() {
    storage.writeMeta(CHECKED, new byte[] {1});
  }

  /** No dots are forgotten: all that this node ever gave out for the key was seen and deleted. */
  private WriteResult collect(
      ReplicaWrite.Collect collect, int index, Map<Integer, Storage.Change> removals) {
    Look look = look(collect.key(), collect.hash());
    if (look.isSettled) {
      remember(collect.hash());
    }
    if (look.isSettled && look.state != null) {
      removals.put(index, new Storage.Change(collect.key(), look.state, null));
    }
    return resultOf(look.isSettled);
  }

  private void remember(long hash) {
    lately.add(hash);
    if (lately.size() > REMEMBERED) {
      Iterator<Long> eldest = lately.iterator();
      eldest.next();
      eldest.remove();
    }
  }

  private WriteResult drop(
      ReplicaWrite.Drop drop, int index, Map<Integer, Storage.Change> removals) {
    Look look = look(drop.key(), drop.hash());
    if (dots.mayWrite(drop.key()) || !look.isSettled || look.state == null) {
      return resultOf(false);
    }
    removals.put(index, new Storage.Change(drop.key(), look.state, null));
    return resultOf(true);
  }

  private void remove(
      List<ReplicaWrite> writes, Map<Integer, Storage.Change> removals, WriteResult[] results) {
    if (removals.isEmpty()) {
      return;
    }
    Set<Key> kept = new HashSet<>(0);
    boolean isDone =
        isDone(
            "remove " + removals.size() + " keys",
            () -> {
              forgetDotsOfDropped(writes, removals);
              storage.compareAndWrite(distinct(removals)).forEach(change -> kept.add(change.key()));
            });
    removals.forEach(
        (index, change) -> {
          boolean isGone = isDone && !kept.contains(change.key());
          results[index] = resultOf(isGone);
          if (isGone && writes.get(index) instanceof ReplicaWrite.Collect) {
            collected.mark();
          }
        });
  }

  private void forgetDotsOfDropped(
      List<ReplicaWrite> writes, Map<Integer, Storage.Change> removals) {
    List<Key> dropped = new ArrayList<>(0);
    removals.forEach(
        (index, change) -> {
          if (writes.get(index) instanceof ReplicaWrite.Drop) {
            dropped.add(change.key());
          }
        });
    if (!dropped.isEmpty()) {
      dots.forget(dropped);
    }
  }

  private static List<Storage.Change> distinct(Map<Integer, Storage.Change> removals) {
    Map<Key, Storage.Change> changes = new LinkedHashMap<>();
    removals.values().forEach(change -> changes.put(change.key(), change));
    return List.copyOf(changes.values());
  }

  private boolean isDone(String what, Runnable change) {
    try {
      change.run();
      return true;
    } catch (StorageException e) {
      faults.couldNot(what, e);
      return false;
    }
  }
}
