package io.dynamokv.node;

import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.ring.MemberId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * In which order a coordinator asks the holders of a key, if it does not need them all at once. For
 * a short time it begins with the same member whenever it can, then with the next one: questions to
 * one member travel in fewer messages than questions to all, and over time all are asked alike. Not
 * thread-safe.
 */
final class AskingOrder {
  private MemberId favourite = new MemberId("-");

  private final Comparator<MemberId> fromTheFavourite =
      Comparator.<MemberId>comparingInt(member -> member.compareTo(favourite) < 0 ? 1 : 0)
          .thenComparing(Comparator.naturalOrder());

  /** Some members, from the favourite on in the circle of their ids. */
  List<MemberId> of(List<MemberId> members) {
    List<MemberId> order = new ArrayList<>(members);
    order.sort(fromTheFavourite);
    return order;
  }

  /** Goes on to the next favourite. */
  void turn(View now) {
    List<Member> members = now.members();
    int next = 0;
    while (next < members.size() && members.get(next).id().compareTo(favourite) <= 0) {
      next++;
    }
    favourite = members.get(next == members.size() ? 0 : next).id();
    if (favourite.equals(now.self().id()) && members.size() > 1) {
      turn(now);
    }
  }
}
