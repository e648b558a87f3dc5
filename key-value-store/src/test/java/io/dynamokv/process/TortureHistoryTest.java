package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.process.TortureHistory.Told;
import io.dynamokv.process.TortureHistory.Write;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A checker that never complains is worth nothing. */
class TortureHistoryTest {
  private final TortureHistory history = new TortureHistory();

  private void put(String value, Told told, String... seen) {
    history.wrote("k", new Write(value, false, Set.of(seen), told));
  }

  private void delete(String name, Told told, String... seen) {
    history.wrote("k", new Write(name, true, Set.of(seen), told));
  }

  private List<String> violations(String... last) {
    return history.violations("k", Set.of(last), false);
  }

  @Test
  void what_is_there_or_was_replaced_by_who_had_seen_it_is_not_lost() {
    put("a", Told.STORED);
    put("b", Told.STORED, "a");
    put("c", Told.UNKNOWN, "b");
    put("sibling", Told.STORED, "a");

    assertThat(violations("c", "sibling")).isEmpty();
    assertThat(violations("b", "sibling")).as("nobody was promised c").isEmpty();
  }

  @Test
  void a_stored_value_that_is_nowhere_is_lost() {
    put("a", Told.STORED);
    put("b", Told.STORED, "a");
    put("sibling", Told.STORED, "a");

    assertThat(violations("b")).containsExactly("invariant 1: lost k=sibling");
  }

  @Test
  void a_delete_accounts_for_what_it_had_seen_only() {
    put("a", Told.STORED);
    put("b", Told.STORED);
    delete("d", Told.STORED, "a");

    assertThat(violations()).containsExactly("invariant 1: lost k=b");
  }

  @Test
  void a_value_that_comes_back_after_a_stored_delete_is_found_unless_clocks_may_be_trimmed() {
    put("a", Told.STORED);
    delete("d", Told.STORED, "a");

    assertThat(violations("a")).containsExactly("invariant 6: k=a came back after d");
    assertThat(history.violations("k", Set.of("a"), true)).isEmpty();
  }

  @Test
  void after_a_delete_of_which_nobody_knows_both_are_well() {
    put("a", Told.STORED);
    delete("d", Told.UNKNOWN, "a");

    assertThat(violations("a")).isEmpty();
    assertThat(violations()).isEmpty();
  }

  @Test
  void what_was_denied_and_is_there_or_was_read_is_found() {
    put("a", Told.DENIED);
    assertThat(violations("a")).contains("invariant 8: denied and stored k=a");

    history.read("k", List.of("a"));
    assertThat(violations()).containsExactly("invariant 8: denied and stored k=a");
  }

  @Test
  void an_answer_with_a_value_and_one_that_it_replaced_however_far_back_is_found() {
    put("a", Told.STORED);
    put("b", Told.STORED, "a");
    put("c", Told.STORED, "b");
    history.read("k", List.of("a", "c"));

    assertThat(violations("c")).containsExactly("invariant 3: false siblings of k: [a, c]");
  }
}
