package io.dynamokv.coordination;

import io.dynamokv.ring.MemberId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** The members that the tests of this package speak of. */
final class Members {
  static final MemberId A = new MemberId("node-a");
  static final MemberId B = new MemberId("node-b");
  static final MemberId C = new MemberId("node-c");
  static final MemberId STRANGER = new MemberId("stranger");

  /** The holders of a key; A is the coordinator. */
  static final List<MemberId> ABC = List.of(A, B, C);

  static final Set<MemberId> ALL = Set.of(A, B, C);

  private Members() {}

  static List<MemberId> holders(int count) {
    return IntStream.range(0, count).mapToObj(i -> new MemberId("node-" + i)).toList();
  }

  /** Any of the holders, or somebody who is none. */
  static Arbitrary<MemberId> oneOf(List<MemberId> holders) {
    return Arbitraries.frequencyOf(
        Tuple.of(9, Arbitraries.of(holders)), Tuple.of(1, Arbitraries.just(STRANGER)));
  }

  /** Who can be reached; a node always reaches itself. */
  static Arbitrary<Set<MemberId>> views(List<MemberId> holders, MemberId self) {
    return Arbitraries.of(holders)
        .set()
        .ofMinSize(holders.size() / 2)
        .map(reachable -> with(reachable, self));
  }

  private static Set<MemberId> with(Set<MemberId> reachable, MemberId self) {
    Set<MemberId> all = new HashSet<>(reachable);
    all.add(self);
    return Set.copyOf(all);
  }
}
