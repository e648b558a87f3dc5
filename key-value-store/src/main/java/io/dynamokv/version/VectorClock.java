package io.dynamokv.version;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which writes to a key have been seen: at most {@value #MAX_ENTRIES} entries, newest first, one
 * for each actor. Immutable.
 *
 * <p>A clock that would be longer loses its oldest entries. It then covers less than it might,
 * which can bring back a value as a false sibling, and can never lose one. Trimming keeps the
 * newest entries of the union, so joins of trimmed clocks still come out the same in any order, as
 * long as no actor has an older timestamp with a higher counter.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 4.4.
 */
public final class VectorClock {
  /** The most entries that a clock keeps. */
  public static final int MAX_ENTRIES = 10;

  /** The clock that has seen nothing. */
  public static final VectorClock EMPTY = new VectorClock(List.of());

  private static final Comparator<ClockEntry> NEWEST_FIRST =
      (one, other) -> {
        int order = Long.compare(other.timestampMs(), one.timestampMs());
        return order != 0 ? order : one.actor().compareTo(other.actor());
      };

  private final List<ClockEntry> entries;

  private VectorClock(List<ClockEntry> entries) {
    this.entries = entries;
  }

  /** A clock with these entries, joined where an actor comes twice, sorted and trimmed. */
  public static VectorClock of(Iterable<ClockEntry> entries) {
    List<ClockEntry> joined = new ArrayList<>();
    entries.forEach(entry -> joinInto(joined, entry));
    return trimmed(joined);
  }

  /** The entries, newest first. */
  public List<ClockEntry> entries() {
    return entries;
  }

  /** Whether the write named by a dot has been seen. */
  public boolean covers(Dot dot) {
    for (ClockEntry entry : entries) {
      if (entry.covers(dot)) {
        return true;
      }
    }
    return false;
  }

  /** The clock that has seen what either has seen, trimmed. */
  public VectorClock join(VectorClock other) {
    if (entries.equals(other.entries) || other.entries.isEmpty()) {
      return this;
    }
    List<ClockEntry> joined = new ArrayList<>(entries);
    other.entries.forEach(entry -> joinInto(joined, entry));
    return trimmed(joined);
  }

  /** The clock that has also seen one more write, trimmed. */
  public VectorClock with(Dot dot, long timestampMs) {
    List<ClockEntry> joined = new ArrayList<>(entries);
    joinInto(joined, new ClockEntry(dot.actor(), dot.counter(), timestampMs));
    return trimmed(joined);
  }

  /** Whether an earlier clock has an entry of an actor that this one was trimmed of. */
  public boolean hasLost(VectorClock earlier) {
    return entries.size() == MAX_ENTRIES
        && earlier.entries.stream().anyMatch(entry -> entryOf(entry.actor()) == null);
  }

  /** The entry of an actor, or null. */
  @Nullable ClockEntry entryOf(Actor actor) {
    for (ClockEntry entry : entries) {
      if (entry.actor().equals(actor)) {
        return entry;
      }
    }
    return null;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** The timestamp of the newest entry, of which there must be one. */
  public long newestMs() {
    return entries.get(0).timestampMs();
  }

  private static void joinInto(List<ClockEntry> entries, ClockEntry added) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).actor().equals(added.actor())) {
        entries.set(i, entries.get(i).join(added));
        return;
      }
    }
    entries.add(added);
  }

  private static VectorClock trimmed(List<ClockEntry> entries) {
    entries.sort(NEWEST_FIRST);
    int kept = Math.min(entries.size(), MAX_ENTRIES);
    return new VectorClock(List.copyOf(entries.subList(0, kept)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VectorClock clock && entries.equals(clock.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  @Override
  public String toString() {
    return entries.toString();
  }
}
