package io.dynamokv.membership;

import static java.util.Objects.requireNonNull;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.RingMember;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
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
  private boolean gaveUp;
  private @Nullable MemberRecord thief;

  /** Whether others know this node, under its name, with its folder and at its address. */
  private boolean known;

  /** Whether what was known under this node's name was another one. */
  private boolean disputed;

  /** Whether others have said so since this node started. */
  private boolean refused;

  /** Whether versions from the future were told of: they come again with every gossip. */
  private boolean toldOfLeaps;

  private long readyPlan;
  private long quietSinceNs;
  private long unrefusedNs;
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
    this.unrefusedNs = nowNs;
    MemberRecord before = roster.record(self.id());
    this.disputed = before != null && !isOwn(before);
    // A leave that was interrupted is taken back.
    if (before == null || !before.equals(own(before.version())) && !isRemoved()) {
      become(Standing.IN);
    } else {
      set(roster);
    }
  }

  private MemberRecord own(long version) {
    return new MemberRecord(self, nodeId, Standing.IN, version);
  }

  /** Whether a record is of this very node: its folder, at its address. */
  private boolean isOwn(MemberRecord record) {
    return record.nodeId() == nodeId && record.member().equals(self);
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

  /**
   * Whether another node lives under this one's name; or did, by what was last heard, while nobody
   * has taken note of this one since it started.
   */
  boolean isNameTaken() {
    return gaveUp || isDisputed();
  }

  /** Whether nobody has taken note of this node yet, for another one has its name. */
  boolean isDisputed() {
    return disputed && !known && roster.present().size() > 1;
  }

  /** Else it would take the name as soon as the other one is restarted. */
  void giveUpIfRefusedFor(long patienceNs, long nowNs) {
    if (!refused || !isDisputed()) {
      unrefusedNs = nowNs;
    } else if (nowNs - unrefusedNs > patienceNs && !gaveUp) {
      giveUp();
    }
  }

  /** Leaves the name to the other one for good, until a restart. */
  private void giveUp() {
    gaveUp = true;
    LOG.error("another node has this one's name, {}: this one needs another node.id", self.id());
  }

  /** Whether this node is to be heard of no more. */
  boolean hasGivenUp() {
    return gaveUp;
  }

  /** Whether others know this node as it is now, so that it harms nobody who has its name. */
  boolean isKnown() {
    return known && !gaveUp;
  }

  /** Somebody knows exactly what this node knows. */
  void agreed() {
    known = true;
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

  /** Whether a member is known with this data folder. */
  boolean isKnownWith(MemberId id, long nodeId) {
    MemberRecord record = roster.record(id);
    return record != null && record.nodeId() == nodeId;
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
    boolean wasTaken = isNameTaken();
    Roster believed = roster.withoutLeaps(other);
    if (!believed.equals(other) && !toldOfLeaps) {
      toldOfLeaps = true;
      LOG.error("another node knows versions from the future; they are not believed");
    }
    MemberRecord ofSelf = believed.record(self.id());
    if (ofSelf != null) {
      hearOfSelf(ofSelf);
    }
    for (MemberRecord record : believed.records().values()) {
      if (isTheft(record, living)) {
        believed = believed.without(record.member().id());
      }
    }
    boolean changed = setIfChanged(roster.merge(believed));
    return claimOwnName() || changed || isNameTaken() != wasTaken;
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
    if (isOther && !isSameThief(record)) {
      thief = record;
      LOG.warn(
          "a node at {}, with the identity {}, says that it is {}, but that lives at {}",
          record.member().address(),
          Long.toHexString(record.nodeId()),
          record.member().id(),
          known.member().address());
    }
    return isOther;
  }

  /** It comes again and again, and is told once. */
  private boolean isSameThief(MemberRecord record) {
    return thief != null
        && thief.nodeId() == record.nodeId()
        && thief.member().equals(record.member());
  }

  /** What others say of this node may be old: from another folder, or another address. */
  private boolean claimOwnName() {
    MemberRecord record = requireNonNull(roster.record(self.id()));
    if (isOwn(record) || isRemoved() || gaveUp) {
      return false;
    }
    if (known && record.isIn() && ++claims >= MOST_CLAIMS) {
      giveUp();
      return false;
    }
    return become(Standing.IN);
  }

  /** Takes in what another node knows of this one. */
  private void hearOfSelf(MemberRecord record) {
    if (isOwn(record)) {
      known = true;
    } else if (!known && !refused && record.standing() != Standing.REMOVED) {
      refused = true;
      disputed = true;
      LOG.warn(
          "others know {} at {}, with the identity {}: this one serves nothing before that is gone",
          self.id(),
          record.member().address(),
          Long.toHexString(record.nodeId()));
    }
  }

  /** Whether a member has what it should have by the ring that is served. */
  boolean isAdmitted(MemberId id) {
    RingPlan plan = roster.plan();
    MemberRecord record = roster.record(id);
    return plan != null && record != null && plan.isAdmitted(record);
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
