package io.dynamokv.membership;

import io.dynamokv.ring.RingMember;

/**
 * What the members agree on about one of them. Immutable.
 *
 * @param nodeId the identity of its data folder
 * @param version raised by whoever changes anything else; of two records the one with the higher
 *     version counts
 */
public record MemberRecord(Member member, long nodeId, Standing standing, long version) {
  boolean isIn() {
    return standing == Standing.IN;
  }

  /** The same member with another standing, as the latest that is known of it. */
  MemberRecord become(Standing next) {
    return new MemberRecord(member, nodeId, next, version + 1);
  }

  MemberRecord with(Standing other) {
    return standing == other ? this : new MemberRecord(member, nodeId, other, version);
  }

  RingMember ringMember() {
    return new RingMember(member.id(), member.rack());
  }
}
