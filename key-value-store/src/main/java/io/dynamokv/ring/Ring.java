package io.dynamokv.ring;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** PROVISIONAL. */
public final class Ring {
  private final List<MemberId> members;
  private final int partitions;
  private final int replicas;

  public Ring(Collection<MemberId> members, int partitions, int replicas) {
    this.members = members.stream().sorted().toList();
    this.partitions = partitions;
    this.replicas = replicas;
  }

  public PreferenceList preferenceList(Key key) {
    int partition = (int) (key.position() >>> (64 - Integer.numberOfTrailingZeros(partitions)));
    List<MemberId> walk = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      walk.add(members.get((partition + i) % members.size()));
    }
    int n = Math.min(replicas, members.size());
    return new PreferenceList(partition, walk.subList(0, n), walk.subList(n, walk.size()));
  }

  public double share(MemberId id) {
    return 1.0 / members.size();
  }

  public List<Integer> tokensOf(MemberId id) {
    return List.of();
  }
}
