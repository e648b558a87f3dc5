package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Ring;
import io.dynamokv.transport.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's knowledge of the cluster: the members, given once, and which of them can be reached,
 * found out over the messaging links. A member counts as reachable while the link to it stands and
 * it has been heard of within the time of suspicion. Thread-safe; owns no thread and reads no
 * clock. Every time given is in nanoseconds and only ever grows.
 */
public final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  private final ClusterFacts facts;
  private final long suspectAfterNs;
  private final Map<MemberId, Peer> peers = new HashMap<>();
  private volatile View view;
  private long lastTickNs;

  /**
   * @param members all members, this node among them
   * @param suspectAfterNs a member that is silent for so long is taken to be unreachable
   */
  public Membership(
      Member self,
      List<Member> members,
      Ring ring,
      ClusterFacts facts,
      long suspectAfterNs,
      long nowNs) {
    this.facts = facts;
    this.suspectAfterNs = suspectAfterNs;
    this.lastTickNs = nowNs;
    for (Member member : members) {
      if (!member.id().equals(self.id())) {
        peers.put(member.id(), new Peer());
      }
    }
    this.view = new View(self, members, ring, java.util.Set.of(self.id()));
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
    return refresh(lastTickNs);
  }

  /** A member says that it lives. Returns whether the view has changed. */
  public synchronized boolean onHeartbeat(
      MemberId member, Message.Heartbeat heartbeat, long nowNs) {
    Peer peer = peers.get(member);
    if (peer == null) {
      return false;
    }
    boolean agrees = facts.agreesWith(heartbeat);
    if (!agrees && (peer.agrees || !peer.heard)) {
      LOG.warn(
          "refusing member {}: it is of cluster {} with {} partitions and {} replicas, this node of"
              + " {} with {} and {}",
          member,
          heartbeat.cluster(),
          heartbeat.partitions(),
          heartbeat.replicas(),
          facts.name(),
          facts.partitions(),
          facts.replicas());
    }
    peer.agrees = agrees;
    peer.heard = true;
    peer.heardNs = nowNs;
    return refresh(nowNs);
  }

  /** Lets time pass; to be called several times within the time of suspicion. */
  public synchronized boolean tick(long nowNs) {
    boolean paused = nowNs - lastTickNs > suspectAfterNs / 2;
    if (paused) {
      // This node itself stood still: the others' silence is its own fault until they are heard.
      peers
          .values()
          .forEach(peer -> peer.heardNs = Math.max(peer.heardNs, nowNs - suspectAfterNs / 2));
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
            LOG.warn(
                "member {} is unreachable: {}",
                id,
                peer.linked ? "no sign of life from it" : "the link to it is down");
          }
        });
  }

  /** What is known of another member; guarded by the membership's lock. */
  private final class Peer {
    private boolean linked;
    private boolean heard;
    private boolean agrees;
    private long heardNs;

    boolean isReachable(long nowNs) {
      return linked && heard && agrees && nowNs - heardNs <= suspectAfterNs;
    }
  }
}
