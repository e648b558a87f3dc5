package io.dynamokv.resources;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.membership.Member;
import io.dynamokv.ring.MemberId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UrlsTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1,http://127.0.0.1:8080/x?y=1",
    "db-1.example,http://db-1.example:8080/x?y=1",
    "::1,http://[::1]:8080/x?y=1",
    "[fe80::1],http://[fe80::1]:8080/x?y=1"
  })
  void names_and_addresses_of_both_kinds_make_a_url(String host, String url) {
    Member member = new Member(new MemberId("a"), host, 8080, 8081, 8082, "", "");

    assertThat(Urls.of(member, "/x?y=1")).hasToString(url);
  }
}
