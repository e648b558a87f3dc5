package io.dynamokv.membership.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsulSettingsTest {
  private static final String URL = "http://127.0.0.1:8500";

  @Test
  void the_token_is_not_printed() {
    assertThat(settings(URL, "dynamo", "s3cret", 5).toString())
        .doesNotContain("s3cret")
        .contains(URL, "(secret)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3cret\n", "s3 cret", "s3crét"})
  void a_token_that_can_not_be_sent_is_refused_and_not_printed(String token) {
    assertThatThrownBy(() -> settings(URL, "dynamo", token, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token")
        .hasMessageNotContaining("s3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://127.0.0.1",
        "http:///x",
        "http://user:pw@host:8500",
        "http://host/?token=x",
        "http://host/#x"
      })
  void a_url_that_is_not_of_an_agent_is_refused(String url) {

    assertThatThrownBy(() -> settings(url, "dynamo", "", 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("URL")
        .hasMessageNotContaining("pw");
  }

  @Test
  void values_out_of_range_are_refused() {
    assertThatThrownBy(() -> settings(URL, "a/b", "", 5)).hasMessageContaining("a/b");
    assertThatThrownBy(() -> settings(URL, "dynamo", "", 0)).hasMessageContaining("interval");
    assertThatThrownBy(
            () ->
                new ConsulSettings(
                    URI.create(URL), "dynamo", "", Duration.ofSeconds(5), Duration.ofSeconds(59)))
        .hasMessageContaining("deregistration");
  }

  @Test
  void a_check_ends_before_the_next_begins() {
    assertThat(settings(URL, "dynamo", "", 2).checkTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings(URL, "dynamo", "", 60).checkTimeout()).isEqualTo(Duration.ofSeconds(5));
  }

  private static ConsulSettings settings(
      String url, String service, String token, long intervalSeconds) {
    return new ConsulSettings(
        URI.create(url),
        service,
        token,
        Duration.ofSeconds(intervalSeconds),
        ConsulSettings.DEFAULT_DEREGISTER_AFTER);
  }
}
