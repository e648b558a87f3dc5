package io.dynamokv.membership;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message.RosterProgress;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeerTableTest {
  private static final MemberId A = new MemberId("node-a");
  private static final MemberId B = new MemberId("node-b");
  private static final MemberId C = new MemberId("node-c");
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SUSPECT_NS = 1500 * MS;

  private final PeerTable peers = new PeerTable(SUSPECT_NS);
  private long nowNs;

  /** One that beats so irregularly that it is given more time than that of suspicion. */
  private boolean livesLonger(MemberId id) {
    peers.link(id, true);
    Peer peer = requireNonNull(peers.get(id));
    peer.identify(1, true, RosterProgress.FIXED);
    for (int i = 0; i < 60; i++) {
      nowNs += (i % 2 == 0 ? 100 : 1200) * MS;
      peer.beat(nowNs);
    }
    assertThat(peer.lives(nowNs + SUSPECT_NS)).isTrue();
    return peer.lives(nowNs + SUSPECT_NS + MS);
  }

  @Test
  void who_beats_irregularly_has_more_time_unless_it_is_doubted() {
    peers.meet(Set.of(A, B), 0);
    assertThat(livesLonger(A)).isTrue();
    peers.doubt(Set.of(A));
    assertThat(livesLonger(A)).isFalse();
    assertThat(livesLonger(B)).isTrue();
    peers.doubt(Set.of());
    assertThat(livesLonger(A)).isTrue();
  }

  @Test
  void who_is_met_after_the_doubt_is_doubted_too() {
    peers.doubt(Set.of(A));
    peers.meet(Set.of(A, B), 0);
    assertThat(livesLonger(A)).isFalse();
  }

  @Test
  void whether_most_are_doubted_is_looked_at_anew_when_members_come_and_go() {
    peers.meet(Set.of(A, B), 0);
    peers.doubt(Set.of(A, B));
    assertThat(livesLonger(A)).isTrue();
    peers.meet(Set.of(A, B, C, new MemberId("node-d")), 0);
    assertThat(livesLonger(A)).isFalse();
    peers.meet(Set.of(A, C), 0);
    assertThat(livesLonger(A)).isFalse();
    peers.meet(Set.of(A), 0);
    assertThat(livesLonger(A)).isTrue();
  }
}
