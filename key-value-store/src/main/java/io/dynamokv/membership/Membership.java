package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Ring;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.RosterProgress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's knowledge of the cluster: who the members are and who holds what, which they agree on
 * by gossip (see {@link Roster}), and which of them can be reached, found out over the messaging
 * links. A member counts as reachable while the link to it stands, its silence is not suspicious,
 * and it answers requests. Thread-safe; owns no thread and reads no clock. Every time given is in
 * nanoseconds and only ever grows.
 */
public final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  /**
   * A newcomer that has been away for so long is planned without, until it is back; a name that
   * another node has had for so long is left to it.
   */
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

  /** Nobody takes over the name of a member before it has been away for so long. */
  private static final long BEREAVEMENT_NS = TimeUnit.SECONDS.toNanos(10);

  private final ClusterFacts facts;
  private final boolean fixed;
  private final Member self;
  private final long ownNodeId;
  private final long beatNs;
  private final long suspectAfterNs;
  private final long startedNs;
  private final RosterKeeper keeper;
  private final PeerTable peers;
  private final Rings rings;
  private final Views views;
  private volatile View view;
  private @Nullable Roster shown;
  private boolean shownOut;
  private @Nullable ClusterFacts refusedFacts;
  private long lastTickNs;

  /** How often members beat, and when silence is suspicious. Immutable. */
  public record Timing(long beatNs, long suspectAfterNs) {}

  /**
   * Members that come and go.
   *
   * @param roster what this node knew when it last ran
   * @param ownNodeId the identity of this node's data folder
   * @param timing how often members say that they live, and this node looks whether they do; and
   *     after which silence a member is taken to be unreachable, until it is known how regularly it
   *     is heard of
   */
  public Membership(
      Member self, Roster roster, Founding founding, long ownNodeId, Timing timing, long nowNs) {
    this(self, roster, founding, false, ownNodeId, timing, nowNs);
  }

  private Membership(
      Member self,
      Roster roster,
      Founding founding,
      boolean fixed,
      long ownNodeId,
      Timing timing,
      long nowNs) {
    this.facts = roster.facts();
    this.fixed = fixed;
    this.self = self;
    this.ownNodeId = ownNodeId;
    this.beatNs = timing.beatNs();
    this.suspectAfterNs = timing.suspectAfterNs();
    this.peers = new PeerTable(suspectAfterNs);
    this.lastTickNs = nowNs;
    this.startedNs = nowNs;
    this.rings = new Rings(facts);
    this.keeper = new RosterKeeper(self, ownNodeId, roster, founding, rings, nowNs);
    this.views = new Views(self, rings, fixed);
    if (fixed) {
      keeper.agreed();
    }
    this.view = new View(self, List.of(self), rings.none(), Set.of(self.id()));
    meet(nowNs);
    refresh(nowNs);
  }

  /**
   * Members that are given once and never change.
   *
   * @param members all members, this node among them
   */
  public static Membership fixed(
      Member self,
      List<Member> members,
      Ring ring,
      ClusterFacts facts,
      long ownNodeId,
      Timing timing,
      long nowNs) {
    TreeMap<MemberId, MemberRecord> records = new TreeMap<>();
    members.forEach(
        member -> records.put(member.id(), new MemberRecord(member, 0, Standing.IN, 0)));
    RingPlan plan = new RingPlan(1, ring.tokens(), null, Map.of());
    Roster roster = new Roster(facts, records, plan);
    return new Membership(self, roster, new Founding(0, 0), true, ownNodeId, timing, nowNs);
  }

  /** What is known now. */
  public View view() {
    return view;
  }

  /** What all members must agree on. */
  public ClusterFacts facts() {
    return facts;
  }

  /** Whether the members never change. */
  public boolean isFixed() {
    return fixed;
  }

  /** How far this node has come with what members agree on. */
  public synchronized RosterProgress progress() {
    return fixed
        ? RosterProgress.FIXED
        : new RosterProgress(keeper.hash(), keeper.plan(), keeper.isReady());
  }

  /** What is known of the members and the ring, as it is sent and kept. */
  public synchronized byte[] roster() {
    return keeper.bytes();
  }

  /** Why this node can not serve, or null. */
  public synchronized @Nullable String failure() {
    if (keeper.isRemoved()) {
      return "this node was removed from the cluster: with an empty data folder it can join anew";
    } else if (keeper.isNameTaken()) {
      return "another node lives under this one's name: one of them needs another node.id";
    }
    return keeper.roster().plan() != null
        ? null
        : "this node knows of no ring yet: it has met too few members";
  }

  /**
   * Whether others know this node as it is: its folder, at its address. Before that it makes no
   * links, so that it takes nothing from another node that lives under the same name.
   */
  public synchronized boolean isKnown() {
    return fixed || keeper.isKnown();
  }

  /** Whether this node has left its name to another one, and is to be heard of no more. */
  public synchronized boolean hasGivenUp() {
    return keeper.hasGivenUp();
  }

  /** Whether this node has left the cluster, or was removed. */
  public synchronized boolean isRemoved() {
    return keeper.isRemoved();
  }

  /** Whether a member has shown that it means the same cluster; only then is it listened to. */
  public synchronized boolean isTrusted(MemberId member) {
    Peer peer = peers.get(member);
    return peer != null && peer.agrees();
  }

  /** Whether all members in reach follow the plan that this node follows. */
  public synchronized boolean allFollow() {
    return fixed
        || view.reachable().stream()
            .map(peers::get)
            .allMatch(peer -> peer == null || peer.progress().plan() == keeper.plan());
  }

  /** Whether a member has what it should have by the ring that is served. */
  public synchronized boolean isAdmitted(MemberId id) {
    return fixed || keeper.isAdmitted(id);
  }

  /** Who is still being brought what it should have by the plan that this node follows. */
  public synchronized Set<MemberId> filling() {
    RingPlan plan = keeper.roster().plan();
    Set<MemberId> filling = new TreeSet<>();
    if (!fixed && plan != null) {
      filling.addAll(Planner.lacking(keeper.roster(), plan, rings));
      filling.removeAll(ready());
    }
    return filling;
  }

  /** This node has all that it should have by a plan; 0 if by none. */
  public synchronized void ready(long plan) {
    keeper.ready(plan);
  }

  /** Takes in what another node knows. Returns whether anything has changed. */
  public synchronized boolean onGossip(Roster roster, long nowNs) {
    if (fixed) {
      return false;
    } else if (!roster.facts().equals(facts)) {
      if (!roster.facts().equals(refusedFacts)) {
        refusedFacts = roster.facts(); // Whoever knows them may say so every second.
        LOG.error(
            "refusing gossip of another cluster, {}; here {}; from one of {}",
            roster.facts(),
            facts,
            roster.present().keySet());
      }
      return false;
    }
    Set<MemberId> living = peers.those(peer -> peer.awayNs(nowNs) < BEREAVEMENT_NS);
    return keeper.merge(roster, living) && rosterChanged(nowNs);
  }

  /** This node says what is to become of it; false if that changes nothing. */
  public synchronized boolean become(Standing standing, long nowNs) {
    return !fixed && keeper.become(standing) && rosterChanged(nowNs);
  }

  /** Somebody says that a member will not come back; false if there is no such member. */
  public synchronized boolean remove(MemberId id, long nowNs) {
    return !fixed && keeper.remove(id) && rosterChanged(nowNs);
  }

  private boolean rosterChanged(long nowNs) {
    meet(nowNs);
    refresh(nowNs);
    return true;
  }

  private void meet(long nowNs) {
    Set<MemberId> others = new TreeSet<>(keeper.present().keySet());
    others.remove(self.id());
    peers.meet(others, nowNs);
  }

  /** The link to a member was made or lost. Returns whether the view has changed. */
  public synchronized boolean onLink(MemberId member, boolean up) {
    return peers.link(member, up) && refresh(lastTickNs);
  }

  /** A member says that it lives. Returns whether the view has changed. */
  public synchronized boolean onHeartbeat(
      MemberId member, Message.Heartbeat heartbeat, long nowNs) {
    Peer peer = peers.get(member);
    if (peer == null) {
      return false;
    }
    if (heartbeat.progress().rosterHash() == keeper.hash()) {
      keeper.agreed();
    }
    String objection = objectionTo(member, heartbeat);
    if (objection != null && (peer.agrees() || !peer.isHeard())) {
      LOG.error("refusing member {}: {}", member, objection);
    }
    peer.identify(heartbeat.nodeId(), objection == null, heartbeat.progress());
    peer.beat(nowNs);
    return refresh(nowNs);
  }

  /** A member has not answered a request in time. Returns whether the view has changed. */
  public synchronized boolean onTimeout(MemberId member, Work work, long nowNs) {
    Peer peer = peers.get(member);
    // If half of them do not answer, the reason may be here; and too few would be left to ask.
    if (peer == null || !peers.canLeaveOut(1, nowNs)) {
      return false;
    }
    return peer.missesOf(work).missed(nowNs) && refresh(nowNs);
  }

  /** A member has done what it was asked. */
  public synchronized void onAnswer(MemberId member, Work work, long nowNs) {
    Peer peer = peers.get(member);
    if (peer != null) {
      peer.missesOf(work).answered(nowNs);
    }
  }

  /** Any message shows that its sender lives. Returns whether the view has changed. */
  public synchronized boolean onSignOfLife(MemberId member, long nowNs) {
    Peer peer = peers.get(member);
    if (peer == null) {
      return false;
    }
    peer.heard(nowNs);
    return !view.reachable().contains(member) && refresh(nowNs);
  }

  /** Why a member can not be worked with, or null if it can. */
  private @Nullable String objectionTo(MemberId member, Message.Heartbeat heartbeat) {
    if (!facts.agreesWith(heartbeat)) {
      ClusterFacts others =
          new ClusterFacts(
              heartbeat.cluster(), heartbeat.partitions(), heartbeat.replicas(), heartbeat.ring());
      return "it means another cluster: " + others + "; here " + facts;
    }
    if (heartbeat.nodeId() == ownNodeId || peers.isTakenByAnother(member, heartbeat.nodeId())) {
      return "its data folder is a copy of another member's, with the same identity %x"
          .formatted(heartbeat.nodeId());
    }
    MemberRecord record = keeper.roster().record(member);
    if (!fixed && record != null && record.nodeId() != heartbeat.nodeId()) {
      return "its data folder is another one, %x, than the one that is known of it, %x"
          .formatted(heartbeat.nodeId(), record.nodeId());
    }
    return null;
  }

  /** A provider finds these in bad health, and no others. */
  public synchronized void doubt(Set<MemberId> members) {
    peers.doubt(members);
  }

  /** Lets time pass; to be called several times within the time of suspicion. */
  public synchronized boolean tick(long nowNs) {
    boolean paused = nowNs - lastTickNs > 2 * beatNs;
    if (paused) {
      // This node itself stood still: the others' silence is its own fault until they are heard.
      peers.forEach((id, peer) -> peer.excuse(nowNs));
    }
    lastTickNs = nowNs;
    keeper.giveUpIfRefusedFor(PATIENCE_NS, nowNs);
    boolean changed = refresh(nowNs);
    return !fixed && plan(nowNs) || changed;
  }

  private boolean plan(long nowNs) {
    Set<MemberId> reachable = view.reachable();
    Set<MemberId> present = peers.those(peer -> peer.awayNs(nowNs) < PATIENCE_NS);
    present.addAll(reachable);
    boolean othersKnowARing = !peers.those(peer -> peer.progress().plan() > 0).isEmpty();
    // At first nobody seems to be there.
    boolean isSettledIn = nowNs - startedNs > 2 * suspectAfterNs;
    boolean planned =
        keeper.found(reachable, othersKnowARing, nowNs)
            || isSettledIn && keeper.plan(reachable, present, ready());
    return planned && rosterChanged(nowNs);
  }

  /** Who says that it has what it should have by the plan that this node follows. */
  private Set<MemberId> ready() {
    Set<MemberId> ready = new TreeSet<>(view.reachable());
    ready.removeIf(id -> !isReady(id, peers.get(id)));
    if (keeper.isReady()) {
      ready.add(self.id());
    }
    return ready;
  }

  /** Whether a member has what it should have by the plan that this node follows. */
  private boolean isReady(MemberId id, @Nullable Peer peer) {
    return peer != null && keeper.isKnownWith(id, peer.nodeId()) && peer.isReadyFor(keeper.plan());
  }

  private boolean refresh(long nowNs) {
    TreeSet<MemberId> reachable = peers.those(peer -> peer.isReachable(nowNs));
    reachable.add(self.id());
    boolean isOut = keeper.isRemoved() || keeper.isNameTaken();
    if (keeper.roster() == shown && isOut == shownOut && reachable.equals(view.reachable())) {
      return false;
    }
    tellChanges(reachable);
    if (isOut && !shownOut && keeper.isRemoved()) {
      LOG.error("{} was removed from the cluster, and serves nothing any more", self.id());
    }
    shown = keeper.roster();
    shownOut = isOut;
    view = isOut ? views.ofOutsider(keeper, reachable) : views.of(keeper, reachable);
    return true;
  }

  private void tellChanges(Set<MemberId> reachable) {
    peers.forEach(
        (id, peer) -> {
          boolean before = view.reachable().contains(id);
          if (!before && reachable.contains(id)) {
            LOG.info("member {} is reachable", id);
          } else if (before && !reachable.contains(id)) {
            LOG.warn("member {} is unreachable: {}", id, peer.trouble(lastTickNs));
          }
        });
  }
}
