package io.dynamokv.resources.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdsTest {
  private final RequestIds ids = new RequestIds(() -> 0x0123_4567_89ab_cdefL);

  @Test
  void a_new_id_is_16_hexadecimal_digits() {
    assertThat(ids.next()).isEqualTo("0123456789abcdef");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "A-b_c.9",
        "0123456789012345678901234567890123456789012345678901234567890123"
      })
  void a_plain_id_of_the_client_is_kept(String chosen) {
    assertThat(ids.chosenOrNew(chosen)).isEqualTo(chosen);
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "a b",
        "a\nb",
        "ä",
        "<x>",
        "01234567890123456789012345678901234567890123456789012345678901234"
      })
  void any_other_is_replaced(String chosen) {
    assertThat(ids.chosenOrNew(chosen)).isEqualTo("0123456789abcdef");
  }
}
