package io.dynamokv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {
  private final RequestReader reader = new RequestReader(new Limits(8, 16, 3));

  @Test
  void a_write_has_all_its_fields() {
    WriteRequest request =
        reader.write(
            bytes(
                """
                {"key":"YQ==","value":"aGk=","fromVersion":"v1","minNumWrites":3}"""));

    assertThat(request.key().bytes()).isEqualTo(bytes("a"));
    assertThat(request.value()).isEqualTo(bytes("hi"));
    assertThat(request.fromVersion()).isEqualTo("v1");
    assertThat(request.minNumWrites()).isEqualTo(3);
  }

  @Test
  void a_write_needs_only_a_key_and_a_value_in_any_order_and_layout() {
    WriteRequest request =
        reader.write(bytes(" {\n\t\"value\" : \"aGk=\" , \"key\":\"YQ==\" } \n"));

    assertThat(request.key().bytes()).isEqualTo(bytes("a"));
    assertThat(request.value()).isEqualTo(bytes("hi"));
    assertThat(request.fromVersion()).isEmpty();
    assertThat(request.minNumWrites()).isNull();
  }

  @Test
  void an_empty_value_deletes() {
    assertThat(reader.write(bytes("{\"key\":\"YQ==\",\"value\":\"\"}")).value()).isNull();
  }

  @Test
  void escapes_in_strings_are_understood() {
    WriteRequest request =
        reader.write(bytes("{\"k\\u0065y\":\"\\u0059Q==\",\"value\":\"\\/\\/\\/\\/\"}"));

    assertThat(request.key().bytes()).isEqualTo(bytes("a"));
    assertThat(request.value()).containsExactly(-1, -1, -1);
  }

  @Test
  void a_read_has_a_key_and_a_number_of_replicas() {
    ReadRequest request = reader.read(bytes("{\"key\":\"YQ==\",\"minNumReads\":1}"));

    assertThat(request.key().bytes()).isEqualTo(bytes("a"));
    assertThat(request.minNumReads()).isEqualTo(1);
    assertThat(request.strict()).isFalse();
  }

  @Test
  void a_quorum_can_be_strict() {
    assertThat(reader.read(bytes("{\"key\":\"YQ==\",\"strict\":true}")).strict()).isTrue();
    assertThat(reader.write(bytes("{\"key\":\"YQ==\",\"value\":\"\",\"strict\":true}")).strict())
        .isTrue();
    assertThat(reader.read(bytes("{\"key\":\"YQ==\",\"strict\":false}")).strict()).isFalse();
  }

  @Property
  void keys_and_values_come_through_whatever_surrounds_them(
      @ForAll @Size(min = 1, max = 8) byte[] key, @ForAll @Size(min = 1, max = 16) byte[] value) {
    String body =
        "{\"fromVersion\":\"\\\"\\\\{\",\"key\" :\"%s\",\"minNumWrites\":1,\n\"value\":\"%s\"}"
            .formatted(
                Base64.getEncoder().encodeToString(key), Base64.getEncoder().encodeToString(value));

    WriteRequest request = reader.write(bytes(body));

    assertThat(request.key().bytes()).isEqualTo(key);
    assertThat(request.value()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "x",
        "nul",
        "null",
        "[]",
        "\"YQ==\"",
        "7",
        "{",
        "{}}",
        "{} {}",
        "{\"key\"",
        "{\"key\":",
        "{\"key\":\"YQ==",
        "{\"key\":\"YQ==\"",
        "{\"key\":\"YQ==\",}",
        "{key:\"YQ==\"}",
        "{'key':'YQ=='}",
        "{\"key\":\"YQ==\"} x",
        "{\"key\":\"YQ==\"}{\"key\":\"YQ==\"}",
        "{\"minNumReads\":01,\"key\":\"YQ==\"}",
        "{\"minNumReads\":+1,\"key\":\"YQ==\"}",
        "{\"minNumReads\":NaN,\"key\":\"YQ==\"}",
        "{/**/\"key\":\"YQ==\"}"
      })
  void what_is_not_one_json_object_is_refused(String body) {
    assertThat(refusedRead(bytes(body)).code()).isEqualTo(ErrorCode.MALFORMED_JSON);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE"})
  void json_in_another_encoding_is_refused(String charset) {
    byte[] body = "{\"key\":\"YQ==\"}".getBytes(Charset.forName(charset));

    assertThat(refusedRead(body).code()).isEqualTo(ErrorCode.MALFORMED_JSON);
  }

  @Test
  void a_byte_order_mark_is_refused() {
    assertThat(refusedRead(bytes("\uFEFF{\"key\":\"YQ==\"}")).code())
        .isEqualTo(ErrorCode.MALFORMED_JSON);
  }

  @Test
  void bytes_that_are_not_utf_8_are_refused_wherever_they_stand() {
    for (String body :
        new String[] {
          "{\"fromVersion\":\"\u00ff\",\"key\":\"YQ==\",\"value\":\"\"}",
          "{\"\u00ff\":\"\",\"key\":\"YQ==\",\"value\":\"\"}",
          "{\"key\":\"YQ==\",\"value\":\"\"\u00ff}"
        }) {
      byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
      assertThat(refusedWrite(bytes).code().status()).as(body).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"key":"YQ==","value":"","extra":1}                  | UNKNOWN_FIELD
          {"key":"YQ==","value":"","minNumReads":1}            | UNKNOWN_FIELD
          {"key":"YQ==","value":"","strict":"true"}            | WRONG_TYPE
          {"key":"YQ==","value":"","strict":1}                 | WRONG_TYPE
          {"key":"YQ==","value":"","strict":null}              | WRONG_TYPE
          {"key":"YQ==","value":"","Key":"YQ=="}               | UNKNOWN_FIELD
          {"key":"YQ==","value":"","":1}                       | UNKNOWN_FIELD
          {"key":"YQ==","key":"YQ==","value":""}               | DUPLICATE_FIELD
          {"key":"YQ==","value":"","minNumWrites":1,"minNumWrites":1} | DUPLICATE_FIELD
          {}                                                   | MISSING_FIELD
          {"key":"YQ=="}                                       | MISSING_FIELD
          {"value":"YQ=="}                                     | MISSING_FIELD
          {"key":null,"value":""}                              | WRONG_TYPE
          {"key":7,"value":""}                                 | WRONG_TYPE
          {"key":["YQ=="],"value":""}                          | WRONG_TYPE
          {"key":{"a":1},"value":""}                           | WRONG_TYPE
          {"key":"YQ==","value":null}                          | WRONG_TYPE
          {"key":"YQ==","value":true}                          | WRONG_TYPE
          {"key":"YQ==","value":"","fromVersion":null}         | WRONG_TYPE
          {"key":"YQ==","value":"","fromVersion":1}            | WRONG_TYPE
          {"key":"YQ==","value":"","minNumWrites":null}        | WRONG_TYPE
          {"key":"YQ==","value":"","minNumWrites":"2"}         | WRONG_TYPE
          {"key":"YQ==","value":"","minNumWrites":2.0}         | WRONG_TYPE
          {"key":"YQ==","value":"","minNumWrites":1e0}         | WRONG_TYPE
          {"key":"YQ==","value":"","minNumWrites":[1]}         | WRONG_TYPE
          {"key":"YQ==","value":"","minNumWrites":0}           | OUT_OF_RANGE
          {"key":"YQ==","value":"","minNumWrites":4}           | OUT_OF_RANGE
          {"key":"YQ==","value":"","minNumWrites":-1}          | OUT_OF_RANGE
          {"key":"YQ==","value":"","minNumWrites":4294967297}  | OUT_OF_RANGE
          {"key":"YQ==","value":"","minNumWrites":99999999999999999999999} | OUT_OF_RANGE
          {"key":"YQ","value":""}                              | MALFORMED_BASE64
          {"key":"Y!==","value":""}                            | MALFORMED_BASE64
          {"key":"a-_b","value":""}                            | MALFORMED_BASE64
          {"key":"YQ==","value":"YQ"}                          | MALFORMED_BASE64
          {"key":"YQ==","value":"YR=="}                        | MALFORMED_BASE64
          {"key":"YQ==","value":"\\u00e4AAA"}                  | MALFORMED_BASE64
          {"key":"YQ==","value":" YQ=="}                       | MALFORMED_BASE64
          {"key":"","value":"YQ=="}                            | EMPTY_KEY
          {"key":"MTIzNDU2Nzg5","value":""}                    | KEY_TOO_LARGE
          {"key":"YQ==","value":"MTIzNDU2Nzg5MDEyMzQ1Njc="}    | VALUE_TOO_LARGE
          """)
  void every_other_mistake_in_a_write_has_its_code(String body, ErrorCode code) {
    assertThat(refusedWrite(bytes(body)).code()).isEqualTo(code);
  }

  @Test
  void the_largest_key_and_value_are_taken() {
    WriteRequest request =
        reader.write(bytes("{\"key\":\"MTIzNDU2Nzg=\",\"value\":\"MTIzNDU2Nzg5MDEyMzQ1Ng==\"}"));

    assertThat(request.key().bytes()).hasSize(8);
    assertThat(request.value()).hasSize(16);
  }

  @Test
  void a_refusal_says_what_was_wanted_and_what_was_got() {
    ApiError error = refusedWrite(bytes("{\"key\":\"YQ==\",\"value\":\"\",\"minNumWrites\":9}"));

    assertThat(error.wanted()).isEqualTo("1..3");
    assertThat(error.got()).isEqualTo(9);
    assertThat(error.message()).contains("minNumWrites");
  }

  @Test
  void what_is_shown_of_a_body_is_short_and_plain() {
    ApiError error = refusedWrite(bytes("{\"\\u0000\\u00e4" + "x".repeat(5000) + "\":1}"));

    assertThat(error.code()).isEqualTo(ErrorCode.UNKNOWN_FIELD);
    assertThat(String.valueOf(error.got())).startsWith("??xxx").hasSizeLessThan(80);
  }

  @Test
  void deeply_nested_values_are_refused_without_descending() {
    byte[] body = bytes("{\"key\":" + "[".repeat(100_000) + "}");

    assertThat(refusedWrite(body).code()).isEqualTo(ErrorCode.WRONG_TYPE);
  }

  private ApiError refusedRead(byte[] body) {
    return catchThrowableOfType(RefusedException.class, () -> reader.read(body)).error();
  }

  private ApiError refusedWrite(byte[] body) {
    return catchThrowableOfType(RefusedException.class, () -> reader.write(body)).error();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
