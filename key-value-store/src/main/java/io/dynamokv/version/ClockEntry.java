package io.dynamokv.version;

/**
 * One entry of a vector clock: every write of this actor up to this counter has been seen.
 * Immutable.
 *
 * @param timestampMs when the actor last wrote, in milliseconds since 1970, or later: a write is
 *     newer than every write that it has seen. It only chooses which entry is trimmed; it never
 *     decides which value wins.
 */
public record ClockEntry(Actor actor, long counter, long timestampMs) {
  boolean covers(Dot dot) {
    return actor.equals(dot.actor()) && Long.compareUnsigned(counter, dot.counter()) >= 0;
  }

  /** The least entry that covers what both cover. */
  ClockEntry join(ClockEntry other) {
    long highest = Long.compareUnsigned(counter, other.counter) >= 0 ? counter : other.counter;
    return new ClockEntry(actor, highest, Math.max(timestampMs, other.timestampMs));
  }
}
