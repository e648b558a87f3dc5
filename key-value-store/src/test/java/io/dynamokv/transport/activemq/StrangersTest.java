package io.dynamokv.transport.activemq;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StrangersTest {
  private final Strangers<String> strangers = new Strangers<>(3);

  @Test
  void there_is_a_place_for_each_until_all_are_taken() {
    assertThat(add("a", "10.0.0.1")).isNull();
    assertThat(add("b", "10.0.0.1")).isNull();
    assertThat(add("c", "10.0.0.2")).isNull();
    assertThat(strangers.size()).isEqualTo(3);
  }

  @Test
  void a_newcomer_takes_the_place_of_the_oldest() {
    add("a", "10.0.0.1");
    add("b", "10.0.0.1");
    add("c", "10.0.0.1");

    assertThat(add("d", "10.0.0.1")).isEqualTo("a");
    assertThat(add("e", "10.0.0.1")).isEqualTo("b");
    assertThat(strangers.size()).isEqualTo(3);
  }

  @Test
  void many_from_one_address_never_push_out_one_from_another() {
    add("member", "10.0.0.1");
    for (int i = 0; i < 1000; i++) {
      assertThat(add("crowd-" + i, "10.0.0.2")).isNotEqualTo("member");
    }
    assertThat(strangers.size()).isEqualTo(3);
  }

  @Test
  void a_newcomer_gets_a_place_though_a_crowd_has_them_all() {
    for (int i = 0; i < 10; i++) {
      add("crowd-" + i, "10.0.0.2");
    }

    assertThat(add("member", "10.0.0.1")).isEqualTo("crowd-7");
  }

  @Test
  void addresses_of_one_ipv6_network_count_as_one() {
    add("member", "2001:db8:1::1");
    for (int i = 1; i < 100; i++) {
      assertThat(add("crowd-" + i, "2001:db8:2::" + i)).isNotEqualTo("member");
    }
  }

  @Test
  void of_addresses_with_as_many_places_the_oldest_caller_goes() {
    add("a", "10.0.0.1");
    add("b", "10.0.0.2");
    add("c", "10.0.0.3");

    assertThat(add("d", "10.0.0.4")).isEqualTo("a");
  }

  @Test
  void who_has_gone_or_is_a_member_leaves_its_place_to_others() {
    add("a", "10.0.0.1");
    add("b", "10.0.0.1");
    add("c", "10.0.0.1");
    strangers.remove("a");
    strangers.remove("a");
    strangers.remove("nobody");

    assertThat(add("d", "10.0.0.1")).isNull();
  }

  private @Nullable String add(String caller, String address) {
    try {
      // An address in digits is not looked up.
      return strangers.add(caller, InetAddress.getByName(address));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
