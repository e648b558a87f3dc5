package io.dynamokv.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AnswersTest {
  @Test
  void a_read_shows_the_key_the_version_and_the_values() {
    byte[] answer = Answers.found(bytes("a"), "v-1", List.of(bytes("hi"), bytes("you")));

    assertThat(answer)
        .asString(UTF_8)
        .isEqualTo(
            "{\"key\":\"YQ==\",\"value\":{\"version\":\"v-1\",\"values\":[\"aGk=\",\"eW91\"]}}");
  }

  @Test
  void a_key_that_was_never_written_has_no_values_and_an_empty_version() {
    assertThat(Answers.found(bytes("a"), "", List.of()))
        .asString(UTF_8)
        .isEqualTo("{\"key\":\"YQ==\",\"value\":{\"version\":\"\",\"values\":[]}}");
  }

  @Property
  void the_length_of_an_answer_is_known_before(
      @ForAll @Size(min = 1, max = 20) byte[] key, @ForAll @Size(max = 4) List<byte[]> values) {
    assertThat(Answers.found(key, "v", values))
        .hasSize((int) Answers.foundLength(key, "v", values));
  }

  @Test
  void a_write_shows_the_new_version() {
    assertThat(Answers.stored("v2"))
        .asString(UTF_8)
        .isEqualTo("{\"success\":true,\"version\":\"v2\"}");
  }

  @Test
  void an_error_shows_what_is_known_and_nothing_else() {
    ApiError bare = new ApiError(ErrorCode.NOT_FOUND, "no \"such\" thing");
    ApiError full = new ApiError(ErrorCode.INTERNAL_ERROR, "m", "two", 1, "id");

    assertThat(Answers.error(bare, false))
        .asString(UTF_8)
        .isEqualTo("{\"error\":{\"code\":\"not_found\",\"message\":\"no \\\"such\\\" thing\"}}");
    assertThat(Answers.error(full, true))
        .asString(UTF_8)
        .isEqualTo(
            "{\"success\":false,\"error\":{\"code\":\"internal_error\",\"message\":\"m\","
                + "\"wanted\":\"two\",\"got\":1,\"id\":\"id\"}}");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
