package io.dynamokv.resources.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPathsTest {
  @ParameterizedTest
  @CsvSource({
    "/storage/YQ==,/storage/YQ==",
    "/storage/a/b,/storage/a_b",
    "/storage/a%2Fb,/storage/a_b",
    "/storage/a%2fb,/storage/a_b",
    "/storage/a_b,/storage/a_b",
    "/storage/a//b,/storage/a__b",
    "/storage///,/storage/__",
    "/storage/a+b,/storage/a-b",
    "/storage/a%2Bb,/storage/a-b",
    "/storage/a%20,",
    "/storage/YQ%3D%3d,/storage/YQ==",
    "/storage/%59Q,/storage/YQ",
    "/storage/,/storage/",
    "/cluster/preference-list/a/b%2B,/cluster/preference-list/a_b-"
  })
  void a_key_takes_its_url_safe_form(String path, String plain) {
    assertThat(KeyPaths.plain(path)).isEqualTo(plain);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/storage/a.b",
        "/storage/..",
        "/storage/a;b",
        "/storage/a%",
        "/storage/a%2",
        "/storage/%zz",
        "/storage/%00",
        "/storage/a%252F",
        "/storage/ä",
        "/storage/a b",
        "/storage/a%c3%a4",
        "/storage/../ping"
      })
  void a_key_with_other_characters_has_none(String path) {
    assertThat(KeyPaths.plain(path)).isNull();
  }

  @Test
  void other_paths_are_left_alone() {
    for (String path : new String[] {"/", "/ping", "/storage", "/storagex/a.b", "//storage/a.b"}) {
      assertThat(KeyPaths.plain(path)).isSameAs(path);
    }
  }
}
