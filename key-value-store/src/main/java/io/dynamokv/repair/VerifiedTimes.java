package io.dynamokv.repair;

import io.dynamokv.membership.Member;
import io.dynamokv.membership.View;
import io.dynamokv.ring.MemberId;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** When which partitions were last found equal, or made so, with which members. Not thread-safe. */
final class VerifiedTimes {
  private final long beganNs;
  private final Map<MemberId, long[]> times = new HashMap<>();

  /**
   * @param beganNs since when nothing was verified
   */
  VerifiedTimes(long beganNs) {
    this.beganNs = beganNs;
  }

  void verified(MemberId peer, BitSet partitions, long sinceNs) {
    long[] ofPeer = times.computeIfAbsent(peer, id -> new long[0]);
    if (ofPeer.length < partitions.length()) {
      int before = ofPeer.length;
      ofPeer = Arrays.copyOf(ofPeer, partitions.length());
      Arrays.fill(ofPeer, before, ofPeer.length, beganNs);
      times.put(peer, ofPeer);
    }
    for (int partition : partitions.stream().toArray()) {
      ofPeer[partition] = sinceNs;
    }
  }

  /** Of two members one compares every now and then. */
  static boolean isComparedBy(MemberId self, MemberId other) {
    return self.compareTo(other) < 0;
  }

  /**
   * How long ago the partition was verified for which that is longest, among those compared here.
   */
  long oldestAgeNs(View view, long nowNs) {
    long oldest = nowNs;
    for (Member member : view.members()) {
      long[] ofPeer = times.getOrDefault(member.id(), new long[0]);
      if (isComparedBy(view.self().id(), member.id())) {
        BitSet shared = view.ring().partitionsHeldBy(view.self().id());
        shared.and(view.ring().partitionsHeldBy(member.id()));
        for (int partition : shared.stream().toArray()) {
          long verifiedNs = partition < ofPeer.length ? ofPeer[partition] : beganNs;
          oldest = Math.min(oldest, verifiedNs);
        }
      }
    }
    return nowNs - oldest;
  }
}
