package io.dynamokv.node;

import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.ring.MemberId;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Who can coordinate the requests for a key. Stateless. */
final class Route {
  private Route() {}

  /** Whether this node can: it is one of the key's holders, and has what it should have. */
  static boolean isHere(View view, List<MemberId> holders) {
    Set<MemberId> readable = view.readable();
    MemberId self = view.self().id();
    return holders.contains(self)
        && (readable.contains(self) || holders.stream().noneMatch(readable::contains));
  }

  /** The other holders that can be reached, best first. */
  static List<MemberId> elsewhere(View view, List<MemberId> holders) {
    Comparator<Member> bestFirst =
        Comparator.comparing((Member member) -> !view.readable().contains(member.id()))
            .thenComparing(member -> !member.datacenter().equals(view.self().datacenter()))
            .thenComparing(member -> !member.rack().equals(view.self().rack()))
            .thenComparing(member -> holders.indexOf(member.id()));
    return view.members().stream()
        .filter(member -> holders.contains(member.id()) && !member.equals(view.self()))
        .filter(member -> view.reachable().contains(member.id()))
        .sorted(bestFirst)
        .map(Member::id)
        .toList();
  }
}
