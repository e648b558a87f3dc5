package io.dynamokv.membership.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.MemberState;
import io.dynamokv.membership.consul.ServiceRecord.Reading;
import io.dynamokv.ring.MemberId;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceRecordTest {
  private static final long NODE_ID = -2;

  private final ServiceRecord record = record("10.0.0.1", "r1");

  @Test
  void meta_has_all_that_is_known_of_a_node() {
    assertThat(record.in(MemberState.LEAVING).meta())
        .containsOnly(
            Map.entry("id", "node-1"),
            Map.entry("host", "10.0.0.1"),
            Map.entry("http-port", "8080"),
            Map.entry("admin-port", "8081"),
            Map.entry("messaging-port", "8082"),
            Map.entry("rack", "r1"),
            Map.entry("datacenter", "dc1"),
            Map.entry("state", "leaving"),
            Map.entry("cluster", "shop"),
            Map.entry("node-id", "fffffffffffffffe"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "node-1.example", "::1", "[::1]", "fe80::1"})
  void what_a_node_writes_others_read_as_a_contact(String host) {
    assertThat(ServiceRecord.read(record(host, "r1").meta(), "shop", false))
        .isEqualTo(new Reading.Found(new Contact(new MemberId("node-1"), host, 8082)));
  }

  @Test
  void the_id_has_the_cluster_in_it_and_the_state_is_a_tag() {
    assertThat(record.idIn("dynamo")).isEqualTo("dynamo-shop-node-1");
    assertThat(record.in(MemberState.UP).tags()).containsExactly("rack=r1", "state=up");
    assertThat(record("h", "").tags()).containsExactly("state=joining");
  }

  @Test
  void health_is_asked_for_at_the_admin_port_also_of_an_ipv6_address() {
    assertThat(record.healthUrl()).isEqualTo("http://10.0.0.1:8081/healthcheck");
    assertThat(record("::1", "").healthUrl()).isEqualTo("http://[::1]:8081/healthcheck");
    assertThat(record("[::1]", "").healthUrl()).isEqualTo("http://[::1]:8081/healthcheck");
  }

  @Test
  void another_cluster_is_not_this_one() {
    assertThat(skipped(record.meta(), "bank")).isEqualTo("it is of cluster shop");
    assertThat(skipped(Map.of(), "bank")).isEqualTo("it names no cluster");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "65536", "99999", "100000", "8082 ", "http", "+80"})
  void a_port_that_is_none_is_skipped(String port) {
    assertThat(skipped(with("messaging-port", port), "shop"))
        .isEqualTo("a messaging port is 1 to 65535: " + port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "node 1", "a/b", "n\n"})
  void an_id_that_is_none_is_skipped(String id) {
    assertThat(skipped(with("id", id), "shop")).startsWith("a member's id has 1 to 64 letters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "h?x=1", "a@b", "h/p", "h:1", "no_such"})
  void a_host_that_is_none_is_skipped(String host) {
    assertThat(skipped(with("host", host), "shop"))
        .isEqualTo("not a host name that can be connected to: " + host);
  }

  @Test
  void a_missing_entry_is_skipped_too() {
    for (String key : new String[] {"id", "host", "messaging-port"}) {
      Map<String, String> meta = new HashMap<>(record.meta());
      meta.remove(key);
      assertThat(ServiceRecord.read(meta, "shop", false))
          .as(key)
          .isInstanceOf(Reading.Skipped.class);
    }
  }

  @Test
  void a_cluster_has_a_name_that_can_be_part_of_an_id() {
    assertThatThrownBy(() -> new ServiceRecord("a \"b\"", record.member(), MemberState.UP, NODE_ID))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String skipped(Map<String, String> meta, String cluster) {
    assertThat(ServiceRecord.read(meta, cluster, false)).isInstanceOf(Reading.Skipped.class);
    return ((Reading.Skipped) ServiceRecord.read(meta, cluster, false)).why();
  }

  private Map<String, String> with(String key, String value) {
    Map<String, String> meta = new HashMap<>(record.meta());
    meta.put(key, value);
    return meta;
  }

  private static ServiceRecord record(String host, String rack) {
    Member member = new Member(new MemberId("node-1"), host, 8080, 8081, 8082, rack, "dc1");
    return new ServiceRecord("shop", member, MemberState.JOINING, NODE_ID);
  }
}
