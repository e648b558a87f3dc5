package io.dynamokv.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import io.dynamokv.ring.TokenTable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RosterTest {
  private static final ClusterFacts FACTS = new ClusterFacts("test", 8, 2, 0);

  private static MemberRecord record(int number, long nodeId, Standing standing, long version) {
    MemberId id = new MemberId("node-" + number);
    Member member = new Member(id, "host-" + nodeId, 1, 2, 3, "rack", "");
    return new MemberRecord(member, nodeId, standing, version);
  }

  private static RingPlan plan(long number, int members, boolean changes) {
    return new RingPlan(
        number, table(members), changes ? table(members + 1) : null, Map.of(id(1), number));
  }

  private static MemberId id(int number) {
    return new MemberId("node-" + number);
  }

  private static TokenTable table(int members) {
    List<RingMember> all =
        Arrays.stream(new int[] {1, 2, 3, 4})
            .limit(members)
            .mapToObj(number -> new RingMember(id(number), "rack"))
            .toList();
    return TokenAllocator.initial(all, new Partitions(8), 2);
  }

  @Provide
  Arbitrary<Roster> rosters() {
    Arbitrary<MemberRecord> records =
        Combinators.combine(
                Arbitraries.integers().between(1, 3),
                Arbitraries.longs().between(1, 2),
                Arbitraries.of(Standing.values()),
                Arbitraries.longs().between(0, 3))
            .as(RosterTest::record);
    Arbitrary<RingPlan> plans =
        Combinators.combine(
                Arbitraries.longs().between(1, 3),
                Arbitraries.integers().between(1, 3),
                Arbitraries.of(true, false))
            .as(RosterTest::plan);
    return Combinators.combine(records.list().ofMaxSize(4), plans.injectNull(0.3))
        .as(
            (all, plan) -> {
              Roster roster = Roster.empty(FACTS);
              for (MemberRecord each : all) {
                roster = roster.with(each);
              }
              return plan == null ? roster : roster.with(plan);
            });
  }

  @Property
  void merging_is_a_join(
      @ForAll("rosters") Roster a, @ForAll("rosters") Roster b, @ForAll("rosters") Roster c) {
    assertThat(a.merge(a)).isEqualTo(a);
    assertThat(a.merge(b)).isEqualTo(b.merge(a));
    assertThat(a.merge(b).merge(c)).isEqualTo(a.merge(b.merge(c)));
  }

  @Property
  void what_is_written_is_read(@ForAll("rosters") Roster roster) {
    assertThat(RosterCodec.decode(RosterCodec.encode(roster))).isEqualTo(roster);
  }

  @Test
  void the_later_record_and_the_later_plan_count() {
    Roster roster =
        Roster.empty(FACTS)
            .with(record(1, 7, Standing.IN, 2))
            .with(record(1, 7, Standing.LEAVING, 1))
            .with(plan(2, 1, false))
            .with(plan(1, 3, true));

    assertThat(roster.isIn(id(1))).isTrue();
    assertThat(roster.plan()).isEqualTo(plan(2, 1, false));
  }

  @Test
  void those_that_were_removed_are_remembered_and_not_present() {
    Roster roster = Roster.empty(FACTS).with(record(1, 7, Standing.REMOVED, 2));

    assertThat(roster.present()).isEmpty();
    assertThat(roster.with(record(1, 7, Standing.IN, 1)).present()).isEmpty();
    assertThat(roster.with(record(1, 8, Standing.IN, 3)).present()).hasSize(1);
  }

  @Test
  void no_later_word_of_a_folder_that_was_removed_revokes_that() {
    Roster roster = Roster.empty(FACTS).with(record(1, 7, Standing.REMOVED, 2));

    assertThat(roster.with(record(1, 7, Standing.IN, 9)).present()).isEmpty();
    Roster replaced = roster.with(record(1, 8, Standing.IN, 3));
    assertThat(replaced.with(record(1, 7, Standing.IN, 9)).present()).isEmpty();
    assertThat(replaced.merge(roster).present()).hasSize(1);
  }

  @Test
  void what_is_no_roster_is_refused_with_a_reason() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RosterCodec.decode(new byte[] {1, 2, 3}))
        .withMessageContaining("not a roster");
    byte[] bytes = RosterCodec.encode(Roster.empty(FACTS).with(plan(1, 2, true)));
    for (int cut = 1; cut < bytes.length; cut++) {
      byte[] part = Arrays.copyOf(bytes, cut);
      try {
        RosterCodec.decode(part);
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                RosterCodec.decode(
                    RosterCodec.encode(
                        new Roster(new ClusterFacts("test", 7, 2, 0), new TreeMap<>(), null))));
  }

  @Test
  void a_record_or_a_plan_from_the_future_is_refused_since_nothing_could_ever_follow_it() {
    for (long version : new long[] {Long.MAX_VALUE, 1L << 50, -1}) {
      assertFromTheFuture(Roster.empty(FACTS).with(record(1, 7, Standing.IN, version)));
    }
    for (long number : new long[] {Long.MAX_VALUE, 1L << 63}) {
      assertFromTheFuture(Roster.empty(FACTS).with(plan(number, 1, false)));
    }
  }

  private static void assertFromTheFuture(Roster roster) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RosterCodec.decodeHeard(RosterCodec.encode(roster)))
        .withMessageContaining("is from the future");
    assertThat(RosterCodec.decode(RosterCodec.encode(roster))).isEqualTo(roster);
  }

  @Test
  void a_record_of_a_member_that_nobody_could_make_a_link_to_is_refused() {
    for (String host : new String[] {"", "my_host", "a b", "host/path"}) {
      Member member = new Member(id(1), host, 1, 2, 3, "", "");
      Roster roster = Roster.empty(FACTS).with(new MemberRecord(member, 7, Standing.IN, 1));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> RosterCodec.decode(RosterCodec.encode(roster)))
          .withMessageContaining("host name");
    }
  }
}
