package io.dynamokv.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Any table's lists against those of a naive walk. */
class WalkPropertyTest {
  @Property(tries = 400)
  void every_list_is_the_one_that_a_naive_walk_finds(
      @ForAll @IntRange(min = 1, max = 14) int members,
      @ForAll @IntRange(min = 1, max = 5) int racks,
      @ForAll @IntRange(min = 1, max = 7) int replicas,
      @ForAll long seed) {
    TokenTable table = randomTable(members, racks, new Random(seed));

    Ring ring = Ring.of(table, replicas);

    for (int partition = 0; partition < table.partitions().count(); partition++) {
      PreferenceList list = ring.preferenceListOf(partition);
      List<RingMember> walk = RingFixtures.walk(table, partition);
      List<MemberId> others = new ArrayList<>(walk.stream().map(RingMember::id).toList());
      others.removeAll(list.holders());
      assertThat(list.partition()).isEqualTo(partition);
      assertThat(list.holders()).isEqualTo(RingFixtures.holdersByRounds(walk, replicas));
      assertThat(list.fallbacks()).isEqualTo(others);
    }
  }

  /** Owners and racks at random, but no member without a token. */
  private static TokenTable randomTable(int members, int racks, Random random) {
    List<RingMember> ring = new ArrayList<>();
    Map<MemberId, List<Integer>> tokens = new HashMap<>();
    for (int number = 0; number < members; number++) {
      MemberId id = RingFixtures.id(number);
      ring.add(new RingMember(id, "rack-" + random.nextInt(racks)));
      tokens.computeIfAbsent(id, missing -> new ArrayList<>()).add(number);
    }
    for (int token = members; token < 32; token++) {
      tokens
          .computeIfAbsent(RingFixtures.id(random.nextInt(members)), missing -> new ArrayList<>())
          .add(token);
    }
    return TokenTable.of(new Partitions(32), ring, tokens);
  }
}
