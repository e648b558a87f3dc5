package io.dynamokv.simulation;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still while something happens. Events run one by one, in the order of their
 * moments and, within one moment, in the order in which they were put in.
 */
final class VirtualTime {
  /** Hundreds of times as many as a run has; more means that it would go on for ever. */
  private static final long MOST_EVENTS = 5_000_000;

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Trace trace;
  private long nowNs;
  private long sequence;
  private long happened;
  private @Nullable InvariantViolation found;

  VirtualTime(Trace trace) {
    this.trace = trace;
  }

  /** Nanoseconds since the simulation began. */
  long nowNs() {
    return nowNs;
  }

  /** How many events have happened. */
  long happened() {
    return happened;
  }

  void after(long delayNs, Runnable action) {
    events.add(new Event(nowNs + Math.max(0, delayNs), sequence++, action));
  }

  /** Time ends with what is happening now: who called back may survive what is thrown at it. */
  void endFor(InvariantViolation violation) {
    if (found == null) {
      found = violation;
    }
  }

  /**
   * Lets so much time pass.
   *
   * @throws InvariantViolation if time has ended for one, or if far more happens than a run that
   *     ends can have
   */
  void pass(long durationNs) {
    long endNs = nowNs + durationNs;
    for (Event next = events.peek(); next != null && next.atNs <= endNs; next = events.peek()) {
      events.remove();
      nowNs = next.atNs;
      if (++happened > MOST_EVENTS) {
        throw new InvariantViolation(
            "Bounded", Trace.ALL, "still busy after " + happened + " events");
      }
      trace.mix(next.atNs);
      trace.mix(next.sequence);
      next.action.run();
      if (found != null) {
        throw found;
      }
    }
    nowNs = endNs;
  }

  private record Event(long atNs, long sequence, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int order = Long.compare(atNs, other.atNs);
      return order != 0 ? order : Long.compare(sequence, other.sequence);
    }
  }
}
