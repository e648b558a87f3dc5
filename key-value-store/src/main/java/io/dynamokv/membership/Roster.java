package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that the members agree on, as far as one of them knows it. Immutable. Merging two rosters is
 * a join: commutative, associative, idempotent; so whoever has heard of the same changes, in
 * whatever order, has the same roster.
 *
 * <p>Source: DeCandia et al., <i>Dynamo</i> (SOSP 2007), section 4.8.1.
 *
 * @param facts what no two nodes of a cluster may see differently
 * @param records by the members' ids
 * @param plan null before the first one
 * @param removed the identities of the data folders that were removed, for ever: whatever one of
 *     them says of itself later
 */
public record Roster(
    ClusterFacts facts,
    SortedMap<MemberId, MemberRecord> records,
    @Nullable RingPlan plan,
    SortedSet<Long> removed) {
  private static final long LONGEST_LEAP = 1L << 20;
  private static final Comparator<MemberRecord> BY_AGE =
      Comparator.comparingLong(MemberRecord::version)
          .thenComparingLong(MemberRecord::nodeId)
          .thenComparing(record -> RosterCodec.bytesOf(record.with(Standing.IN)), Arrays::compare)
          .thenComparing(MemberRecord::standing);

  public Roster {
    TreeSet<Long> folders = new TreeSet<>(removed);
    TreeMap<MemberId, MemberRecord> all = new TreeMap<>(records);
    for (MemberRecord record : records.values()) {
      if (record.standing() == Standing.REMOVED) {
        folders.add(record.nodeId());
      }
    }
    all.replaceAll(
        (id, record) -> folders.contains(record.nodeId()) ? record.with(Standing.REMOVED) : record);
    records = Collections.unmodifiableSortedMap(all);
    removed = Collections.unmodifiableSortedSet(folders);
  }

  Roster(ClusterFacts facts, SortedMap<MemberId, MemberRecord> records, @Nullable RingPlan plan) {
    this(facts, records, plan, Collections.emptySortedSet());
  }

  /** One that knows of nobody. */
  public static Roster empty(ClusterFacts facts) {
    return new Roster(facts, new TreeMap<>(), null);
  }

  /** With this record, unless a later one is known. */
  Roster with(MemberRecord record) {
    TreeMap<MemberId, MemberRecord> merged = new TreeMap<>(records);
    merged.merge(record.member().id(), record, Roster::later);
    return new Roster(facts, merged, plan, removed);
  }

  /** With this plan, unless a later one is known. */
  Roster with(RingPlan other) {
    return new Roster(facts, records, later(plan, other), removed);
  }

  /** The same without what it knows of one member. */
  Roster without(MemberId id) {
    TreeMap<MemberId, MemberRecord> rest = new TreeMap<>(records);
    rest.remove(id);
    return new Roster(facts, rest, plan, removed);
  }

  /**
   * What can be believed of another one: versions and generations grow by one with each change. One
   * that is far ahead of what is known here comes from nowhere, and what is merged can never be
   * taken back.
   */
  Roster withoutLeaps(Roster other) {
    TreeMap<MemberId, MemberRecord> believed = new TreeMap<>(other.records);
    believed
        .entrySet()
        .removeIf(each -> each.getValue().version() > nextVersion(each.getKey()) + LONGEST_LEAP);
    long generation = plan == null ? 0 : RingPlan.generationOf(plan.number());
    boolean isPlanBelieved =
        other.plan == null
            || RingPlan.generationOf(other.plan.number()) <= generation + LONGEST_LEAP;
    return new Roster(facts, believed, isPlanBelieved ? other.plan : null, other.removed);
  }

  /** What follows from this one and another together. */
  Roster merge(Roster other) {
    TreeMap<MemberId, MemberRecord> merged = new TreeMap<>(records);
    other.records.forEach((id, record) -> merged.merge(id, record, Roster::later));
    TreeSet<Long> folders = new TreeSet<>(removed);
    folders.addAll(other.removed);
    return new Roster(facts, merged, later(plan, other.plan), folders);
  }

  private static MemberRecord later(MemberRecord one, MemberRecord other) {
    return BY_AGE.compare(one, other) >= 0 ? one : other;
  }

  private static @Nullable RingPlan later(@Nullable RingPlan one, @Nullable RingPlan other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    int order = Long.compare(one.number(), other.number());
    if (order == 0) {
      order = Arrays.compare(RosterCodec.bytesOf(one), RosterCodec.bytesOf(other));
    }
    return order >= 0 ? one : other;
  }

  @Nullable MemberRecord record(MemberId id) {
    return records.get(id);
  }

  /** Whether a member is to hold its share. */
  boolean isIn(MemberId id) {
    MemberRecord record = records.get(id);
    return record != null && record.isIn();
  }

  /** The version that a new record of a member must have to count. */
  long nextVersion(MemberId id) {
    MemberRecord record = records.get(id);
    return record == null ? 1 : record.version() + 1;
  }

  /** Which members there are, whether they hold anything yet or not. */
  Map<MemberId, MemberRecord> present() {
    TreeMap<MemberId, MemberRecord> present = new TreeMap<>(records);
    present.values().removeIf(record -> record.standing() == Standing.REMOVED);
    return present;
  }
}
