package io.dynamokv.membership;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Ring;
import java.util.List;
import java.util.Set;

/**
 * What a node knows of its cluster at one moment. Immutable.
 *
 * @param self this node
 * @param members all members, this node among them, in the order of their ids
 * @param ring who should hold what
 * @param reachable the members that can be reached, this node among them
 */
public record View(Member self, List<Member> members, Ring ring, Set<MemberId> reachable) {
  public View {
    members = List.copyOf(members);
    reachable = Set.copyOf(reachable);
  }
}
