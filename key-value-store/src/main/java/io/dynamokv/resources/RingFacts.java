package io.dynamokv.resources;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.PreferenceList;

/** What the cluster's description says of a ring. Immutable. */
public interface RingFacts {
  /** Who should hold a key. */
  PreferenceList preferenceList(Key key);

  /** How many tokens a member has. */
  int tokens(MemberId member);

  /** What part of all (partition, replica) pairs a member holds, 0 to 1. */
  double share(MemberId member);
}
