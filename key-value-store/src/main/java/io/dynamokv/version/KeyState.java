package io.dynamokv.version;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a replica knows of a key: the clock of what it has seen, and of that the siblings that
 * nothing has replaced. Immutable. Siblings are in the order of their dots, so two states that say
 * the same are equal, and their bytes are.
 *
 * <p>A write that the clock covers and that is not among the siblings was replaced by somebody who
 * had seen it. From this follows how two states merge: a sibling stays if the other side has it
 * too, or has not seen it. The merge is commutative and idempotent, and associative as long as no
 * clock is trimmed; trimming makes clocks cover less, so it can only keep a sibling too many.
 *
 * <p>Unlike in the paper, counters are not contiguous in a key, because an actor counts over all
 * its keys: a counter is never given out twice even if the key's clock has lost the actor's entry.
 * The dot is therefore kept with each sibling.
 *
 * <p>Source: Almeida et al., <i>Scalable and Accurate Causality Tracking for Eventually Consistent
 * Stores</i> (DAIS 2014), section 5 (DVVSet: sync, update, discard).
 */
public final class KeyState {
  /** The most siblings that a key may have. */
  public static final int MAX_SIBLINGS = 100;

  /** The state of a key that was never written. */
  public static final KeyState EMPTY = new KeyState(VectorClock.EMPTY, List.of());

  private static final Comparator<Sibling> BY_DOT = Comparator.comparing(Sibling::dot);

  private final VectorClock clock;
  private final List<Sibling> siblings;

  private KeyState(VectorClock clock, List<Sibling> siblings) {
    this.clock = clock;
    this.siblings = siblings;
  }

  /** A state with these siblings, in any order. */
  public static KeyState of(VectorClock clock, List<Sibling> siblings) {
    List<Sibling> sorted = new ArrayList<>(siblings);
    sorted.sort(BY_DOT);
    return new KeyState(clock, Collections.unmodifiableList(sorted));
  }

  public VectorClock clock() {
    return clock;
  }

  /** The siblings, tombstones among them, in the order of their dots. */
  public List<Sibling> siblings() {
    return siblings;
  }

  /** Whether the key was never written. */
  public boolean isEmpty() {
    return siblings.isEmpty();
  }

  /** Whether the key was written, and all that was written is deleted. */
  public boolean isDeleted() {
    return !isEmpty() && siblings.stream().allMatch(sibling -> sibling.value() == null);
  }

  /** The values that a reader sees: the siblings without the tombstones. */
  public List<byte[]> values() {
    List<byte[]> values = new ArrayList<>(siblings.size());
    for (Sibling sibling : siblings) {
      byte[] value = sibling.value();
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  /** What a reader of this state has seen. */
  public Version version() {
    return isEmpty() ? Version.NONE : Version.of(clock, siblings);
  }

  /** Whether this state holds anything that a reader with this version has not seen. */
  public boolean hasMoreThan(Version version) {
    for (Sibling sibling : siblings) {
      if (!version.covers(sibling.dot())) {
        return true;
      }
    }
    return false;
  }

  /**
   * The state after a write that follows from a version: it replaces the siblings that the version
   * has seen, and no other.
   *
   * @param dot a new dot of the coordinating actor, which must have applied all its earlier writes
   *     to this key to this state
   * @param value the value, or null to delete
   */
  public KeyState write(Version from, Dot dot, long timestampMs, byte @Nullable [] value) {
    List<Sibling> kept = new ArrayList<>();
    for (Sibling sibling : siblings) {
      if (!from.covers(sibling.dot())) {
        kept.add(sibling);
      }
    }
    kept.add(value == null ? Sibling.tombstone(dot) : Sibling.of(dot, value));
    return of(clockAfter(from, dot, timestampMs), kept);
  }

  /**
   * The clock of a write covers all that its version has seen, and the write. Dots that the version
   * had to name singly become newer than every entry: otherwise a replica that still has those
   * siblings would bring them back, and no write could ever replace them. The write's own dot is
   * newer still, so a write is newer than all it has seen, however wrong its node's time is.
   */
  private VectorClock clockAfter(Version from, Dot dot, long timestampMs) {
    VectorClock after = clock.join(from.clock());
    long newestMs = after.isEmpty() ? timestampMs : Math.max(timestampMs, after.newestMs() + 1);
    for (Dot seen : from.dots()) {
      after = after.with(seen, newestMs);
    }
    return after.with(dot, from.dots().isEmpty() ? newestMs : newestMs + 1);
  }

  /** The state that knows what either knows. */
  public KeyState merge(KeyState other) {
    if (isEmpty() || equals(other)) {
      return other;
    }
    if (other.isEmpty()) {
      return this;
    }
    List<Sibling> merged = new ArrayList<>();
    for (Sibling sibling : siblings) {
      if (other.has(sibling.dot()) || !other.clock.covers(sibling.dot())) {
        merged.add(sibling);
      }
    }
    for (Sibling sibling : other.siblings) {
      if (!has(sibling.dot()) && !clock.covers(sibling.dot())) {
        merged.add(sibling);
      }
    }
    return of(clock.join(other.clock), merged);
  }

  private boolean has(Dot dot) {
    for (Sibling sibling : siblings) {
      if (sibling.dot().equals(dot)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyState state
        && clock.equals(state.clock)
        && siblings.equals(state.siblings);
  }

  @Override
  public int hashCode() {
    return 31 * clock.hashCode() + siblings.hashCode();
  }

  @Override
  public String toString() {
    return "siblings " + siblings + " clock " + clock;
  }
}
