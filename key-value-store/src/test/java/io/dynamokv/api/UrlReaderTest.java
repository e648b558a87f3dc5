package io.dynamokv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;

class UrlReaderTest {
  private final UrlReader reader = new UrlReader(new Limits(8, 16, 3));

  @ParameterizedTest
  @NullAndEmptySource
  void without_parameters_the_defaults_hold(String query) {
    assertThat(reader.read("YQ", query).minNumReads()).isNull();
    assertThat(reader.delete("YQ", query).minNumWrites()).isNull();
    assertThat(reader.delete("YQ", query).fromVersion()).isEmpty();
    assertThat(reader.read("YQ", query).strict()).isFalse();
    assertThat(reader.delete("YQ", query).strict()).isFalse();
  }

  @Test
  void parameters_are_taken_in_any_order_and_percent_encoded() {
    WriteRequest request = reader.delete("YQ", "minNumWrites=%32&fromVersion=a%2Db_C");

    assertThat(request.minNumWrites()).isEqualTo(2);
    assertThat(request.fromVersion()).isEqualTo("a-b_C");
    assertThat(request.value()).isNull();
  }

  @Test
  void a_quorum_can_be_strict() {
    assertThat(reader.read("YQ", "strict=true").strict()).isTrue();
    assertThat(reader.delete("YQ", "fromVersion=x&strict=true").strict()).isTrue();
    assertThat(reader.read("YQ", "strict=false").strict()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          minNumReads=               | MALFORMED_PARAMETER
          minNumReads                | MALFORMED_PARAMETER
          minNumReads=two            | MALFORMED_PARAMETER
          minNumReads=1.0            | MALFORMED_PARAMETER
          minNumReads=+1             | MALFORMED_PARAMETER
          minNumReads=%31%           | MALFORMED_PARAMETER
          strict=                    | MALFORMED_PARAMETER
          strict=yes                 | MALFORMED_PARAMETER
          strict=TRUE                | MALFORMED_PARAMETER
          strict=true&strict=true    | MALFORMED_PARAMETER
          minNumReads=1&minNumReads=1| MALFORMED_PARAMETER
          minNumRead=1               | MALFORMED_PARAMETER
          minNumReads=1&x=2          | MALFORMED_PARAMETER
          minNumReads=1&             | MALFORMED_PARAMETER
          minNumReads=0              | OUT_OF_RANGE
          minNumReads=4              | OUT_OF_RANGE
          minNumReads=-1             | OUT_OF_RANGE
          minNumReads=99999999999    | OUT_OF_RANGE
          """)
  void every_mistake_in_a_query_has_its_code(String query, ErrorCode code) {
    assertThat(refused("YQ", query).code()).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({"'',EMPTY_KEY", "Y,MALFORMED_BASE64", "MTIzNDU2Nzg5,KEY_TOO_LARGE"})
  void every_mistake_in_a_key_has_its_code(String key, ErrorCode code) {
    assertThat(refused(key, null).code()).isEqualTo(code);
  }

  @Test
  void a_key_far_too_long_is_refused_before_it_is_decoded() {
    assertThat(refused("A".repeat(100_000), null).code()).isEqualTo(ErrorCode.KEY_TOO_LARGE);
  }

  private ApiError refused(String key, @Nullable String query) {
    return catchThrowableOfType(RefusedException.class, () -> reader.read(key, query)).error();
  }
}
