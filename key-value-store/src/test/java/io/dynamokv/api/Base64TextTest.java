package io.dynamokv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Base64TextTest {
  @Property
  void what_was_encoded_decodes_to_the_same_bytes(@ForAll byte[] bytes) {
    byte[] text = Base64Text.encode(bytes);

    assertThat(Base64Text.decode(text, 0, text.length)).isEqualTo(bytes);
    assertThat(Base64Text.decodeFromUrl(Base64Text.encodeForUrl(bytes))).isEqualTo(bytes);
  }

  @Property
  void a_url_takes_both_alphabets_padded_or_not(@ForAll byte[] bytes) {
    for (Base64.Encoder encoder :
        new Base64.Encoder[] {Base64.getEncoder(), Base64.getUrlEncoder()}) {
      assertThat(Base64Text.decodeFromUrl(encoder.encodeToString(bytes))).isEqualTo(bytes);
      assertThat(Base64Text.decodeFromUrl(encoder.withoutPadding().encodeToString(bytes)))
          .isEqualTo(bytes);
    }
  }

  @Property
  void no_two_texts_of_the_standard_form_mean_the_same_bytes(@ForAll byte[] bytes) {
    String text = new String(Base64Text.encode(bytes), StandardCharsets.US_ASCII);
    for (int i = 0; i < text.length(); i++) {
      for (char c : "AQgw/+5=".toCharArray()) {
        String other = text.substring(0, i) + c + text.substring(i + 1);
        if (!other.equals(text)) {
          assertThat(decodedOrNull(other)).isNotEqualTo(bytes);
        }
      }
    }
  }

  private static byte @Nullable [] decodedOrNull(String text) {
    try {
      return decode(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Y",
        "YQ",
        "YQ=",
        "YWI",
        "=",
        "==",
        "====",
        "Y===",
        "YQ==YQ==",
        "YR==",
        "YWJ=",
        "Y Q=",
        "YQ==\n",
        "Y-_=",
        "a.b=",
        "YQ=a",
        "äöü="
      })
  void a_body_takes_nothing_but_the_standard_form(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> decode(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Y", "YQ=", "=", "YR", "YWJ", "Y Q", "a.b", "YQ==YQ==", "ä", "YWIYW"})
  void a_url_takes_nothing_but_base64(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Base64Text.decodeFromUrl(text));
  }

  private static byte[] decode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Base64Text.decode(bytes, 0, bytes.length);
  }
}
