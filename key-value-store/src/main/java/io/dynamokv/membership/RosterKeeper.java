package io.dynamokv.membership;

import static java.util.Objects.requireNonNull;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.RingMember;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's roster: takes in what others know, keeps the record of this node itself right, and
 * plans when it is for this node to do so. Not thread-safe; reads no clock.
 */
final class RosterKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(RosterKeeper.class);

  /** Who finds its name taken so many times has met another node of that name. */
  private static final int MOST_CLAIMS = 3;

  private final Member self;
  private final long nodeId;
  private final Founding founding;
  private final Rings rings;
  private Roster roster;
  private byte[] bytes;
  private long hash;
  private int claims;
  private long readyPlan;
  private long quietSinceNs;
  private Set<MemberId> metBefore = Set.of();

  /**
   * @param roster what this node knew when it last ran
   */
  RosterKeeper(
      Member self, long nodeId, Roster roster, Founding founding, Rings rings, long nowNs) {
    this.self = self;
    this.nodeId = nodeId;
    this.founding = founding;
    this.rings = rings;
    this.roster = roster;
    this.bytes = new byte[0];
    this.quietSinceNs = nowNs;
    MemberRecord known = roster.record(self.id());
    // A leave that was interrupted is taken back.
    if (known == null || !known.equals(own(known.version())) && !isRemoved()) {
      become(Standing.IN);
    } else {
      set(roster);
    }
  }

  private MemberRecord own(long version) {
    return new MemberRecord(self, nodeId, Standing.IN, version);
  }

  Roster roster() {
    return roster;
  }

  /** The roster as it is sent and kept. */
  byte[] bytes() {
    return bytes;
  }

  long hash() {
    return hash;
  }

  /** The number of the plan that this node follows, or 0. */
  long plan() {
    return roster.plan() == null ? 0 : roster.plan().number();
  }

  /** Whether this node was removed from the cluster, or has left it. */
  boolean isRemoved() {
    MemberRecord known = roster.record(self.id());
    return known != null && known.standing() == Standing.REMOVED && known.nodeId() == nodeId;
  }

  /** Whether another node lives under this one's name. */
  boolean isNameTaken() {
    return claims >= MOST_CLAIMS;
  }

  private void set(Roster next) {
    roster = next;
    bytes = RosterCodec.encode(next);
    hash = RosterCodec.hash(bytes);
  }

  private boolean setIfChanged(Roster next) {
    boolean changed = !next.equals(roster);
    if (changed) {
      set(next);
    }
    return changed;
  }

  /** This node says what is to become of it. */
  boolean become(Standing standing) {
    if (isRemoved()) {
      return false;
    }
    long version = roster.nextVersion(self.id());
    return setIfChanged(roster.with(new MemberRecord(self, nodeId, standing, version)));
  }

  /** Somebody says that a member will not come back; false if there is no such member. */
  boolean remove(MemberId id) {
    MemberRecord known = roster.record(id);
    return known != null
        && known.standing() != Standing.REMOVED
        && setIfChanged(roster.with(known.become(Standing.REMOVED)));
  }

  /**
   * Takes in what another node knows.
   *
   * @param living those that are heard of: nobody else takes their name or moves them
   */
  boolean merge(Roster other, Set<MemberId> living) {
    Roster known = other;
    for (MemberRecord record : other.records().values()) {
      if (isTheft(record, living)) {
        known = known.without(record.member().id());
      }
    }
    boolean changed = setIfChanged(roster.merge(known));
    return claimOwnName() || changed;
  }

  private boolean isTheft(MemberRecord record, Set<MemberId> living) {
    MemberRecord known = roster.record(record.member().id());
    if (known == null) {
      return false;
    }
    boolean isOther =
        record.version() >= known.version()
            && living.contains(record.member().id())
            && (known.nodeId() != record.nodeId() || !known.member().equals(record.member()));
    if (isOther) {
      LOG.warn(
          "a node at {}, with the identity {}, says that it is {}, but that lives at {}",
          record.member().address(),
          Long.toHexString(record.nodeId()),
          record.member().id(),
          known.member().address());
    }
    return isOther;
  }

  /** What others say of this node may be old: from another folder, or another address. */
  private boolean claimOwnName() {
    MemberRecord known = requireNonNull(roster.record(self.id()));
    boolean isOwn = known.nodeId() == nodeId && known.member().equals(self);
    if (isOwn || isRemoved() || isNameTaken()) {
      return false;
    }
    if (known.isIn()) {
      claims++;
    }
    if (isNameTaken()) {
      LOG.error(
          "another node, with the identity {}, lives under this one's name, {}: {}",
          Long.toHexString(known.nodeId()),
          self.id(),
          known.member().address());
    }
    return become(Standing.IN);
  }

  /** This node has all that it should have by a plan. */
  void ready(long plan) {
    readyPlan = plan;
  }

  boolean isReady() {
    return roster.plan() != null && readyPlan == plan();
  }

  /** Makes the first plan, if it is time for it and for this node to do it. */
  boolean found(Set<MemberId> reachable, boolean othersKnowARing, long nowNs) {
    if (roster.plan() != null || isRemoved() || founding.founders() == 0) {
      return false;
    }
    TreeSet<MemberId> founders = new TreeSet<>(reachable);
    founders.removeIf(id -> !roster.isIn(id));
    if (othersKnowARing || !founders.equals(metBefore)) {
      metBefore = founders;
      quietSinceNs = nowNs;
    }
    boolean isTime =
        founders.size() >= founding.founders() && nowNs - quietSinceNs >= founding.quietNs();
    if (!isTime || !founders.first().equals(self.id())) {
      return false;
    }
    LOG.info("making the ring of {}", founders);
    return setIfChanged(roster.with(Planner.first(roster, founders, rings)));
  }

  /** Makes the next plan, if there is one to make and it is for this node to do it. */
  boolean plan(Set<MemberId> reachable, Set<MemberId> present, Set<MemberId> ready) {
    RingPlan plan = roster.plan();
    if (plan == null
        || isRemoved()
        || !self.id().equals(Planner.claimant(roster, plan, reachable))) {
      return false;
    }
    RingPlan next = Planner.next(roster, present, ready, rings);
    if (next == null) {
      return false;
    }
    LOG.info(
        "plan {} of the ring: {} {}",
        RingPlan.generationOf(next.number()),
        next.next() == null ? "served by" : "on the way to",
        next.target().members().stream().map(RingMember::id).toList());
    return setIfChanged(roster.with(next));
  }

  /** The records of all that are members, whether they hold anything yet or not. */
  Map<MemberId, MemberRecord> present() {
    return roster.present();
  }
}
