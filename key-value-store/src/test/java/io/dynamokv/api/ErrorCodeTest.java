package io.dynamokv.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
  @Test
  void the_documented_table_has_every_code_with_its_status_in_order() throws Exception {
    Pattern row = Pattern.compile("^\\| (\\d{3}) \\| `([a-z0-9_]+)` \\| .+ \\|$");
    List<String> documented =
        Files.readAllLines(Path.of("../docs/rest.md")).stream()
            .map(row::matcher)
            .filter(Matcher::matches)
            .map(matcher -> matcher.group(1) + " " + matcher.group(2))
            .toList();

    assertThat(documented)
        .isEqualTo(
            Arrays.stream(ErrorCode.values())
                .map(code -> code.status() + " " + code.text())
                .toList());
  }

  @Test
  void only_what_changed_nothing_may_be_tried_again() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(code.isPassing()).isEqualTo(code.status() == 503);
    }
  }
}
