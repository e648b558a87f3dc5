package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Ring;
import io.dynamokv.transport.Message;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's knowledge of the cluster: the members, given once, and which of them can be reached,
 * found out over the messaging links. A member counts as reachable while the link to it stands, its
 * silence is not suspicious, and it answers requests. Thread-safe; owns no thread and reads no
 * clock. Every time given is in nanoseconds and only ever grows.
 *
 * <p>How long a silence may be is learnt from how regularly its heartbeats come ({@link
 * ArrivalTimes}), between half the time of suspicion and four times as much; while too little is
 * known, it is the time of suspicion.
 */
public final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  /** A false alarm about once in a hundred million heartbeats, if they come as they use to. */
  private static final double SUSPICIOUS_PHI = 8;

  private static final int LONGEST_SILENCE = 4;

  private final ClusterFacts facts;
  private final long ownNodeId;
  private final long beatNs;
  private final long suspectAfterNs;
  private final Map<MemberId, Peer> peers = new HashMap<>();
  private volatile View view;
  private long lastTickNs;

  /**
   * @param members all members, this node among them
   * @param ownNodeId the identity of this node's data folder
   * @param beatNs how often members say that they live, and this node looks whether they do
   * @param suspectAfterNs a member that is silent for so long is taken to be unreachable, until it
   *     is known how regularly it is heard of
   */
  public Membership(
      Member self,
      List<Member> members,
      Ring ring,
      ClusterFacts facts,
      long ownNodeId,
      long beatNs,
      long suspectAfterNs,
      long nowNs) {
    this.facts = facts;
    this.ownNodeId = ownNodeId;
    this.beatNs = beatNs;
    this.suspectAfterNs = suspectAfterNs;
    this.lastTickNs = nowNs;
    for (Member member : members) {
      if (!member.id().equals(self.id())) {
        peers.put(member.id(), new Peer());
      }
    }
    this.view = new View(self, members, ring, Set.of(self.id()));
  }

  /** What is known now. */
  public View view() {
    return view;
  }

  /** Whether a member has shown that it means the same cluster; only then is it listened to. */
  public synchronized boolean isTrusted(MemberId member) {
    Peer peer = peers.get(member);
    return peer != null && peer.agrees;
  }

  /** The link to a member was made or lost. Returns whether the view has changed. */
  public synchronized boolean onLink(MemberId member, boolean up) {
    Peer peer = peers.get(member);
    if (peer == null) {
      return false;
    }
    peer.linked = up;
    if (up) {
      peer.misses.values().forEach(Misses::clear);
    }
    return refresh(lastTickNs);
  }

  /** A member says that it lives. Returns whether the view has changed. */
  public synchronized boolean onHeartbeat(
      MemberId member, Message.Heartbeat heartbeat, long nowNs) {
    Peer peer = peers.get(member);
    if (peer == null) {
      return false;
    }
    String objection = objectionTo(member, heartbeat);
    if (objection != null && (peer.agrees || !peer.heard)) {
      LOG.error("refusing member {}: {}", member, objection);
    }
    peer.agrees = objection == null;
    peer.nodeId = heartbeat.nodeId();
    peer.beat(nowNs);
    return refresh(nowNs);
  }

  /** A member has not answered a request in time. Returns whether the view has changed. */
  public synchronized boolean onTimeout(MemberId member, Work work, long nowNs) {
    Peer peer = peers.get(member);
    long leftOut = peers.values().stream().filter(each -> each.isLeftOut(nowNs)).count();
    // If half of them do not answer, the reason may be here; and too few would be left to ask.
    if (peer == null || leftOut + 1 > peers.size() / 2) {
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
    peer.heardNs = nowNs;
    return !view.reachable().contains(member) && refresh(nowNs);
  }

  /** Why a member can not be worked with, or null if it can. */
  private @Nullable String objectionTo(MemberId member, Message.Heartbeat heartbeat) {
    if (!facts.agreesWith(heartbeat)) {
      return "it means another cluster: %s with %d partitions, %d replicas and ring %x; here %s, %d, %d and %x"
          .formatted(
              heartbeat.cluster(),
              heartbeat.partitions(),
              heartbeat.replicas(),
              heartbeat.ring(),
              facts.name(),
              facts.partitions(),
              facts.replicas(),
              facts.ring());
    }
    if (heartbeat.nodeId() == ownNodeId || isTakenByAnother(member, heartbeat.nodeId())) {
      return "its data folder is a copy of another member's, with the same identity %x"
          .formatted(heartbeat.nodeId());
    }
    return null;
  }

  private boolean isTakenByAnother(MemberId member, long nodeId) {
    return peers.entrySet().stream()
        .anyMatch(
            entry ->
                !entry.getKey().equals(member)
                    && entry.getValue().agrees
                    && entry.getValue().nodeId == nodeId);
  }

  /** Lets time pass; to be called several times within the time of suspicion. */
  public synchronized boolean tick(long nowNs) {
    boolean paused = nowNs - lastTickNs > 2 * beatNs;
    if (paused) {
      // This node itself stood still: the others' silence is its own fault until they are heard.
      peers.values().forEach(peer -> peer.excuse(nowNs));
    }
    lastTickNs = nowNs;
    return refresh(nowNs);
  }

  private boolean refresh(long nowNs) {
    TreeSet<MemberId> reachable = new TreeSet<>();
    reachable.add(view.self().id());
    peers.forEach(
        (id, peer) -> {
          if (peer.isReachable(nowNs)) {
            reachable.add(id);
          }
        });
    if (reachable.equals(view.reachable())) {
      return false;
    }
    tellChanges(reachable);
    view = new View(view.self(), view.members(), view.ring(), reachable);
    return true;
  }

  private void tellChanges(TreeSet<MemberId> reachable) {
    peers.forEach(
        (id, peer) -> {
          boolean before = view.reachable().contains(id);
          if (!before && reachable.contains(id)) {
            LOG.info("member {} is reachable", id);
          } else if (before && !reachable.contains(id)) {
            LOG.warn("member {} is unreachable: {}", id, peer.trouble());
          }
        });
  }

  /** What is known of another member; guarded by the membership's lock. */
  private final class Peer {
    private final ArrivalTimes arrivals = new ArrivalTimes(suspectAfterNs / 12.0);
    private final Map<Work, Misses> misses = new EnumMap<>(Work.class);
    private boolean linked;
    private boolean heard;
    private boolean agrees;
    private long nodeId;
    private long heardNs;
    private long beatNs;
    private boolean beatsInARow;

    void beat(long nowNs) {
      if (beatsInARow && nowNs - beatNs <= LONGEST_SILENCE * suspectAfterNs) {
        arrivals.add(nowNs - beatNs);
      }
      heard = true;
      heardNs = nowNs;
      beatNs = nowNs;
      beatsInARow = true;
    }

    /** This node has not listened for a while. */
    void excuse(long nowNs) {
      beatsInARow = false;
      heardNs = nowNs;
    }

    Misses missesOf(Work work) {
      return misses.computeIfAbsent(work, kind -> new Misses(suspectAfterNs));
    }

    boolean isLeftOut(long nowNs) {
      boolean leftOut = false;
      for (Misses ofWork : misses.values()) {
        leftOut |= ofWork.isLeftOut(nowNs);
      }
      return leftOut;
    }

    boolean isReachable(long nowNs) {
      return linked && heard && agrees && !isSilent(nowNs - heardNs) && !isLeftOut(nowNs);
    }

    private boolean isSilent(long silenceNs) {
      if (!arrivals.isEnough()) {
        return silenceNs > suspectAfterNs;
      }
      return silenceNs > LONGEST_SILENCE * suspectAfterNs
          || silenceNs > suspectAfterNs / 2 && arrivals.phi(silenceNs) > SUSPICIOUS_PHI;
    }

    String trouble() {
      if (!linked) {
        return "the link to it is down";
      }
      return isLeftOut(lastTickNs)
          ? "it does not answer requests, and is left out for a while"
          : "no sign of life from it";
    }
  }
}
