package io.dynamokv.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import io.dynamokv.transport.Message;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private static final long SUSPECT_NS = 1500;
  private static final long BEAT_NS = 250;
  private static final MemberId SELF = new MemberId("node-1");
  private static final MemberId PEER = new MemberId("node-2");

  private static final MemberId THIRD = new MemberId("node-3");

  private final Membership membership = membership();

  @Test
  void at_first_only_this_node_can_be_reached() {
    assertThat(membership.view().reachable()).containsExactly(SELF);
  }

  @Test
  void a_member_that_is_linked_and_heard_can_be_reached() {
    assertThat(membership.onLink(PEER, true)).isFalse();
    assertThat(membership.onHeartbeat(PEER, heartbeat("test", 64, 2), 10)).isTrue();
    assertThat(membership.view().reachable()).containsExactlyInAnyOrder(SELF, PEER);
  }

  @Test
  void a_lost_link_makes_it_unreachable_at_once() {
    reach();
    assertThat(membership.onLink(PEER, false)).isTrue();
    assertThat(membership.view().reachable()).containsExactly(SELF);
  }

  @Test
  void silence_makes_it_unreachable_after_the_time_of_suspicion_and_a_word_reachable_again() {
    reach();
    for (long now = 200; now <= 1400; now += 200) {
      assertThat(membership.tick(now)).isFalse();
    }
    membership.tick(1600);
    assertThat(membership.view().reachable()).containsExactly(SELF);
    membership.onHeartbeat(PEER, heartbeat("test", 64, 2), 1700);
    assertThat(membership.view().reachable()).contains(PEER);
  }

  @Test
  void a_pause_of_this_node_itself_is_not_taken_for_the_silence_of_others() {
    reach();
    assertThat(membership.tick(100_000)).isFalse();
    assertThat(membership.view().reachable()).contains(PEER);
  }

  @Test
  void a_member_of_another_cluster_or_shape_is_not_listened_to() {
    membership.onLink(PEER, true);
    for (Message.Heartbeat stranger :
        List.of(heartbeat("other", 64, 2), heartbeat("test", 128, 2), heartbeat("test", 64, 3))) {
      membership.onHeartbeat(PEER, stranger, 10);
      assertThat(membership.isTrusted(PEER)).isFalse();
      assertThat(membership.view().reachable()).containsExactly(SELF);
    }
    membership.onHeartbeat(PEER, heartbeat("test", 64, 2), 20);
    assertThat(membership.isTrusted(PEER)).isTrue();
  }

  @Test
  void a_member_with_another_ring_is_not_listened_to() {
    membership.onLink(PEER, true);
    membership.onHeartbeat(PEER, new Message.Heartbeat("test", 64, 2, 6, 7, 1, 1), 10);
    assertThat(membership.isTrusted(PEER)).isFalse();
  }

  @Test
  void a_member_on_a_copy_of_this_nodes_data_is_not_listened_to() {
    membership.onLink(PEER, true);
    membership.onHeartbeat(PEER, new Message.Heartbeat("test", 64, 2, 5, 3, 1, 1), 10);
    assertThat(membership.isTrusted(PEER)).isFalse();
    assertThat(membership.view().reachable()).containsExactly(SELF);
  }

  @Test
  void any_message_is_a_sign_of_life() {
    reach();
    for (long now = 500; now <= 3000; now += 500) {
      membership.onSignOfLife(PEER, now);
      membership.tick(now);
    }
    assertThat(membership.view().reachable()).contains(PEER);
  }

  @Test
  void a_member_that_beats_like_clockwork_is_suspected_earlier() {
    reach();
    long now = beat(30, 0, 250);
    tickUntil(now, now + 700);
    assertThat(membership.view().reachable()).contains(PEER);
    tickUntil(now + 700, now + 1100);
    assertThat(membership.view().reachable()).containsExactly(SELF);
  }

  @Test
  void a_member_that_beats_irregularly_is_suspected_later() {
    reach();
    long now = beat(30, 0, 100, 1200);
    tickUntil(now, now + 2000);
    assertThat(membership.view().reachable()).contains(PEER);
    tickUntil(now + 2000, now + 4 * SUSPECT_NS + 200);
    assertThat(membership.view().reachable()).containsExactly(SELF);
  }

  @Test
  void a_member_that_others_find_in_bad_health_has_no_more_than_the_time_of_suspicion() {
    reach();
    membership.doubt(Set.of(PEER));
    long now = beat(30, 0, 100, 1200);
    tickUntil(now, now + SUSPECT_NS);
    assertThat(membership.view().reachable()).contains(PEER);
    tickUntil(now + SUSPECT_NS, now + SUSPECT_NS + 100);
    assertThat(membership.view().reachable()).containsExactly(SELF);

    membership.doubt(Set.of(THIRD));
    now = beat(30, now + 2000, 100, 1200);
    tickUntil(now, now + 2000);
    assertThat(membership.view().reachable()).contains(PEER);
  }

  @Test
  void if_more_than_half_of_the_others_are_found_in_bad_health_that_is_not_believed() {
    reach();
    membership.doubt(Set.of(PEER, THIRD));
    long now = beat(30, 0, 100, 1200);
    tickUntil(now, now + 2000);
    assertThat(membership.view().reachable()).contains(PEER);
  }

  @Test
  void a_pause_of_this_node_itself_does_not_make_others_irregular() {
    reach();
    long now = beat(20, 0, 250);
    membership.tick(now + 5000);
    now = beat(30, now + 5000, 250);
    tickUntil(now, now + 1100);
    assertThat(membership.view().reachable()).containsExactly(SELF);
  }

  @Test
  void a_member_that_beats_and_does_not_answer_is_left_out_for_a_while() {
    reach();
    assertThat(missAll(PEER, 100)).isTrue();
    assertThat(membership.view().reachable()).containsExactly(SELF);
    beat(3, 850, 250);
    assertThat(membership.view().reachable()).containsExactly(SELF);
    beat(4, 1600, 250);
    assertThat(membership.view().reachable()).contains(PEER);
  }

  @Test
  void a_member_that_has_answered_in_between_or_has_come_back_is_not_left_out() {
    reach();
    for (int i = 0; i < 3 * Misses.LIMIT; i++) {
      membership.onTimeout(PEER, Work.WRITE, 100 * i);
      membership.onAnswer(PEER, Work.WRITE, 100 * i);
      membership.onSignOfLife(PEER, 100 * i);
    }
    assertThat(membership.view().reachable()).contains(PEER);
    missAll(PEER, 2400);
    assertThat(membership.view().reachable()).doesNotContain(PEER);
    membership.onHeartbeat(PEER, heartbeat("test", 64, 2), 3150);
    membership.onLink(PEER, false);
    membership.onLink(PEER, true);
    assertThat(membership.view().reachable()).contains(PEER);
  }

  @Test
  void who_reads_and_does_not_write_is_left_out_all_the_same() {
    reach();
    for (int i = 0; i < 2 * Misses.LIMIT; i++) {
      membership.onTimeout(PEER, Work.WRITE, 100 + 100 * i);
      membership.onAnswer(PEER, Work.READ, 100 + 100 * i);
      membership.onSignOfLife(PEER, 100 + 100 * i);
    }
    assertThat(membership.view().reachable()).containsExactly(SELF);
  }

  @Test
  void a_short_standstill_of_this_node_leaves_the_others_time_to_be_heard() {
    reach();
    long now = beat(30, 0, 250);
    membership.tick(now + 100);
    membership.tick(now + 850);
    membership.tick(now + 1100);
    membership.tick(now + 1350);
    assertThat(membership.view().reachable()).contains(PEER);
  }

  @Test
  void no_more_than_half_of_the_others_are_left_out() {
    reach();
    membership.onLink(THIRD, true);
    membership.onHeartbeat(THIRD, new Message.Heartbeat("test", 64, 2, 5, 8, 1, 1), 0);
    missAll(PEER, 100);

    assertThat(missAll(THIRD, 100)).isFalse();

    assertThat(membership.view().reachable()).contains(THIRD).doesNotContain(PEER);
  }

  /** Enough misses, over enough time. */
  private boolean missAll(MemberId member, long from) {
    boolean changed = false;
    for (int i = 0; i < Misses.LIMIT; i++) {
      changed =
          membership.onTimeout(member, Work.WRITE, from + i * SUSPECT_NS / 2 / (Misses.LIMIT - 1));
    }
    return membership.onTimeout(member, Work.WRITE, from + SUSPECT_NS / 2) || changed;
  }

  /** So many heartbeats, the pauses between them in turn; returns when the last came. */
  private long beat(int count, long from, long... gaps) {
    long now = from;
    for (int i = 0; i < count; i++) {
      long next = now + gaps[i % gaps.length];
      tickUntil(now, next);
      now = next;
      membership.onHeartbeat(PEER, heartbeat("test", 64, 2), now);
    }
    return now;
  }

  private void tickUntil(long from, long until) {
    for (long now = from; now <= until; now += 50) {
      membership.tick(now);
    }
  }

  @Test
  void nobody_who_is_no_member_becomes_one() {
    MemberId stranger = new MemberId("node-9");
    assertThat(membership.onLink(stranger, true)).isFalse();
    assertThat(membership.onHeartbeat(stranger, heartbeat("test", 64, 2), 10)).isFalse();
    assertThat(membership.isTrusted(stranger)).isFalse();
  }

  private void reach() {
    membership.onLink(PEER, true);
    membership.onHeartbeat(PEER, heartbeat("test", 64, 2), 0);
    assertThat(membership.view().reachable()).contains(PEER);
  }

  private static Message.Heartbeat heartbeat(String cluster, int partitions, int replicas) {
    return new Message.Heartbeat(cluster, partitions, replicas, 5, 7, 1, 1);
  }

  private static Membership membership() {
    Member self = new Member(SELF, "127.0.0.1", 1, 2, 3, "", "");
    Member peer = new Member(PEER, "127.0.0.1", 4, 5, 6, "", "");
    Member third = new Member(THIRD, "127.0.0.1", 7, 8, 9, "", "");
    List<RingMember> ringMembers =
        List.of(new RingMember(SELF, ""), new RingMember(PEER, ""), new RingMember(THIRD, ""));
    Ring ring = Ring.of(TokenAllocator.initial(ringMembers, new Partitions(64), 2), 2);
    return Membership.fixed(
        self,
        List.of(self, peer, third),
        ring,
        new ClusterFacts("test", 64, 2, 5),
        3,
        new Membership.Timing(BEAT_NS, SUSPECT_NS),
        0);
  }
}
