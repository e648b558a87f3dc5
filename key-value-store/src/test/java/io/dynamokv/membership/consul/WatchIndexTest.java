package io.dynamokv.membership.consul;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Consul's documentation asks of those who use blocking queries. */
class WatchIndexTest {
  @ParameterizedTest(name = "asked with {0}, answered {1}: ask with {2}")
  @CsvSource({"0, 7, 7", "7, 7, 7", "7, 9, 9", "9, 7, 0", "0, 0, 1", "1, 0, 1", "7, 0, 1"})
  void the_next_query_names_the_index_of_the_last_answer_unless_that_went_backwards(
      long asked, long answered, long next) {
    assertThat(Watch.nextIndex(BigInteger.valueOf(asked), BigInteger.valueOf(answered)))
        .isEqualTo(next);
  }
}
