package io.dynamokv.transport.activemq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.WireLimits;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings.Queues;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings.Timing;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActiveMqTransportSettingsTest {
  private static final MemberId A = new MemberId("node-a");
  private static final MemberId B = new MemberId("node-b");
  private static final MemberAddress ADDRESS = new MemberAddress("localhost", 8092);
  private static final ClusterSecret SECRET = new ClusterSecret("a secret for tests");

  @Test
  void settings_can_be_printed_without_giving_the_secret_away() {
    assertThat(withPeers(Map.of(B, ADDRESS)).toString())
        .contains("node-b", "localhost:8092")
        .doesNotContain("a secret for tests");
  }

  @Test
  void a_node_is_not_its_own_peer() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withPeers(Map.of(A, ADDRESS)))
        .withMessageContaining("node-a is named as a peer of itself");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65_536})
  void ports_out_of_range_are_refused(int port) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MemberAddress("localhost", port))
        .withMessageContaining(Integer.toString(port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "dynamo_1", "a b", "a/b", "user@host", "host:1"})
  void hosts_that_can_not_be_connected_to_are_refused(String host) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MemberAddress(host, 1))
        .withMessageContaining("not a host name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "10.0.0.1", "::1", "[::1]", "node-1.example.org"})
  void other_hosts_are_accepted(String host) {
    assertThat(new MemberAddress(host, 1).uri("a=b").getQuery()).isEqualTo("a=b");
  }

  @Test
  void a_batch_must_fit_in_an_envelope() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with(new WireLimits(16, 10, 8 << 10), new Queues(10, 10, 11, 1), 10))
        .withMessageContaining("a batch is larger");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> with(new WireLimits(16, 10, 8 << 10), new Queues(10, 10, 10, 8 << 10), 10))
        .withMessageContaining("a batch is larger");
  }

  @Test
  void every_peer_can_connect() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with(WireLimits.DEFAULT, Queues.DEFAULT, 1))
        .withMessageContaining("too few for 1 peers");
  }

  @Test
  void bounds_and_times_are_positive() {
    Duration one = Duration.ofSeconds(1);
    Duration two = Duration.ofSeconds(2);

    assertThatIllegalArgumentException().isThrownBy(() -> new Queues(0, 1, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Timing(one, Duration.ZERO, one, one, one, one))
        .withMessageContaining("write");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Timing(one, one, one, one, two, one))
        .withMessageContaining("lastRetry is shorter");
  }

  private static ActiveMqTransportSettings withPeers(Map<MemberId, MemberAddress> peers) {
    return ActiveMqTransportSettings.withDefaults(A, ADDRESS, peers, SECRET);
  }

  private static ActiveMqTransportSettings with(
      WireLimits limits, Queues queues, int maxStrangers) {
    return new ActiveMqTransportSettings(
        A, ADDRESS, Map.of(B, ADDRESS), SECRET, limits, queues, Timing.DEFAULT, maxStrangers);
  }
}
