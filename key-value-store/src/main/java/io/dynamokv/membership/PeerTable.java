package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What this node has heard of each other member. Not thread-safe; every time is in nanoseconds and
 * only ever grows.
 */
final class PeerTable {
  private final long suspectAfterNs;
  private final Map<MemberId, Peer> peers = new HashMap<>();

  /** Those that there is a link to, be they members or not yet. */
  private final Set<MemberId> linked = new HashSet<>();

  /** Those that a provider finds in bad health, be they members or not yet. */
  private Set<MemberId> doubted = Set.of();

  PeerTable(long suspectAfterNs) {
    this.suspectAfterNs = suspectAfterNs;
  }

  /** Knows these members, and no others. */
  void meet(Set<MemberId> members, long nowNs) {
    peers.keySet().retainAll(members);
    for (MemberId id : members) {
      if (!peers.containsKey(id)) {
        Peer peer = new Peer(suspectAfterNs, nowNs);
        peer.link(linked.contains(id));
        peers.put(id, peer);
      }
    }
    judge();
  }

  /** The link to a member was made or lost; false if that is no member yet. */
  boolean link(MemberId id, boolean up) {
    if (up) {
      linked.add(id);
    } else {
      linked.remove(id);
    }
    Peer peer = peers.get(id);
    if (peer != null) {
      peer.link(up);
    }
    return peer != null;
  }

  /** These are in bad health, and no others. */
  void doubt(Set<MemberId> members) {
    doubted = members;
    judge();
  }

  /** If more than half seem to be in bad health, the reason may be with whoever finds them so. */
  private void judge() {
    long count = peers.keySet().stream().filter(doubted::contains).count();
    boolean isBelieved = count <= peers.size() / 2;
    peers.forEach((id, peer) -> peer.doubt(isBelieved && doubted.contains(id)));
  }

  @Nullable Peer get(MemberId id) {
    return peers.get(id);
  }

  void forEach(BiConsumer<MemberId, Peer> action) {
    peers.forEach(action);
  }

  /** Those of whom something holds, in the order of their ids. */
  TreeSet<MemberId> those(Predicate<Peer> property) {
    TreeSet<MemberId> found = new TreeSet<>();
    peers.forEach(
        (id, peer) -> {
          if (property.test(peer)) {
            found.add(id);
          }
        });
    return found;
  }

  /** Whether so many more can be left out that no more than half of all are. */
  boolean canLeaveOut(int more, long nowNs) {
    return those(peer -> peer.isLeftOut(nowNs)).size() + more <= peers.size() / 2;
  }

  /** Whether the identity is that of another member than the one given. */
  boolean isTakenByAnother(MemberId id, long nodeId) {
    return peers.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(id))
        .anyMatch(entry -> entry.getValue().agrees() && entry.getValue().nodeId() == nodeId);
  }
}
