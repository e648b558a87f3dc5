package io.dynamokv.repair;

import java.util.concurrent.TimeUnit;

/**
 * What a round of anti-entropy, or one comparison in it, has cost and brought. Immutable.
 *
 * @param members with how many it was compared
 * @param partitions how many were compared, each with each of those
 * @param differing how many of these differed
 * @param unknown how many could not be compared, since a hash was not known on one side
 * @param keysCompared how many keys were looked at one by one
 * @param keysSent how many states were sent
 * @param keysFetched how many were fetched
 * @param bytes of those states
 * @param failures keys, questions and members that came to nothing; the next round tries again
 * @param durationNs from its beginning to its end
 */
public record RoundReport(
    int members,
    int partitions,
    int differing,
    int unknown,
    long keysCompared,
    long keysSent,
    long keysFetched,
    long bytes,
    int failures,
    long durationNs) {
  public static final RoundReport EMPTY = new RoundReport(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** The beginning of a report on so many members. */
  static RoundReport of(int members) {
    return new RoundReport(members, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  RoundReport plusPartitions(int more) {
    return with(new RoundReport(0, more, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  RoundReport plusDiffering(int more) {
    return with(new RoundReport(0, 0, more, 0, 0, 0, 0, 0, 0, 0));
  }

  RoundReport plusUnknown(int more) {
    return with(new RoundReport(0, 0, 0, more, 0, 0, 0, 0, 0, 0));
  }

  RoundReport plusKeysCompared(int more) {
    return with(new RoundReport(0, 0, 0, 0, more, 0, 0, 0, 0, 0));
  }

  RoundReport plusSent(int stateBytes) {
    return with(new RoundReport(0, 0, 0, 0, 0, 1, 0, stateBytes, 0, 0));
  }

  RoundReport plusFetched(int stateBytes) {
    return with(new RoundReport(0, 0, 0, 0, 0, 0, 1, stateBytes, 0, 0));
  }

  RoundReport plusFailure() {
    return with(new RoundReport(0, 0, 0, 0, 0, 0, 0, 0, 1, 0));
  }

  /** A member could not be reached. */
  static final RoundReport UNREACHABLE = new RoundReport(0, 0, 0, 0, 0, 0, 0, 0, 1, 0);

  RoundReport with(RoundReport other) {
    return new RoundReport(
        members + other.members,
        partitions + other.partitions,
        differing + other.differing,
        unknown + other.unknown,
        keysCompared + other.keysCompared,
        keysSent + other.keysSent,
        keysFetched + other.keysFetched,
        bytes + other.bytes,
        failures + other.failures,
        durationNs + other.durationNs);
  }

  RoundReport after(long wholeDurationNs) {
    return with(new RoundReport(0, 0, 0, 0, 0, 0, 0, 0, 0, wholeDurationNs));
  }

  /** How many states were moved, one way or the other. */
  public long keysMoved() {
    return keysSent + keysFetched;
  }

  @Override
  public String toString() {
    return "%d partitions compared with %d members in %d ms, %d differed, %d unknown; %d keys compared, %d sent, %d fetched, %d bytes; %d failures"
        .formatted(
            partitions,
            members,
            TimeUnit.NANOSECONDS.toMillis(durationNs),
            differing,
            unknown,
            keysCompared,
            keysSent,
            keysFetched,
            bytes,
            failures);
  }
}
