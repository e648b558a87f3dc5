package io.dynamokv.edge;

import io.dynamokv.resources.RingFacts;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.PreferenceList;
import java.util.List;

/** A ring on which every key has the same holders. */
record FakeRing(List<MemberId> holders, List<MemberId> fallbacks) implements RingFacts {
  @Override
  public PreferenceList preferenceList(Key key) {
    return new PreferenceList(7, holders, fallbacks);
  }

  @Override
  public int tokens(MemberId member) {
    return 12;
  }

  @Override
  public double share(MemberId member) {
    return 0.5;
  }
}
