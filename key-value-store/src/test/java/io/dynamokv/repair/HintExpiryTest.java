package io.dynamokv.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Hint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HintExpiryTest {
  private static final MemberId B = new MemberId("b");
  private static final MemberId C = new MemberId("c");
  private static final long MAX_AGE_MS = 24_000;

  private final FakeNode node = new FakeNode();
  private final HintExpiry expiry = new HintExpiry(node, MAX_AGE_MS);

  private static Key key(int number) {
    return Key.of(("key-" + number).getBytes(StandardCharsets.UTF_8));
  }

  private void ticks(int count) {
    for (int i = 0; i < count; i++) {
      expiry.tick();
    }
  }

  @Test
  void a_hint_is_given_up_when_it_is_too_old_and_not_before() {
    Hint hint = node.add(B, 1, 0);

    node.nowMs = MAX_AGE_MS;
    ticks(10);
    assertThat(node.reassigned).isEmpty();
    assertThat(expiry.oldestAgeMs()).isEqualTo(MAX_AGE_MS);
    node.nowMs += 2000;
    ticks(10);

    assertThat(node.reassigned).containsExactly(hint);
  }

  @Test
  void all_hints_of_all_holders_are_looked_at_page_by_page() {
    for (int i = 0; i < 1200; i++) {
      node.add(i % 2 == 0 ? B : C, i, 0);
    }
    node.nowMs = MAX_AGE_MS + 2000;

    ticks(10);

    assertThat(node.reassigned).hasSize(1200);
    assertThat(node.largestPage).isLessThanOrEqualTo(512);
  }

  @Test
  void the_next_page_waits_for_what_becomes_of_the_last() {
    for (int i = 0; i < 1200; i++) {
      node.add(B, i, 0);
    }
    node.nowMs = MAX_AGE_MS + 2000;
    node.answers = false;

    ticks(10);

    assertThat(node.looks).isOne();
  }

  @Test
  void what_is_for_no_member_is_given_up_however_young() {
    node.add(B, 1, 500);
    Hint strangers = node.add(C, 2, 500);
    node.members.remove(C);
    node.nowMs = 1000;

    ticks(10);

    assertThat(node.reassigned).containsExactly(strangers);
  }

  @Test
  void it_looks_again_when_a_look_failed_or_was_refused() {
    node.add(B, 1, 0);
    node.nowMs = MAX_AGE_MS + 2000;
    node.refuses = true;
    ticks(5);
    node.refuses = false;
    node.fails = true;
    ticks(5);
    assertThat(node.reassigned).isEmpty();
    node.fails = false;

    node.nowMs += 1000;
    ticks(5);

    assertThat(node.reassigned).hasSize(1);
  }

  @Test
  void it_looks_every_now_and_then_only_also_when_the_clock_is_set_back() {
    node.add(B, 1, 0);
    ticks(100);
    assertThat(node.looks).isZero();
    node.nowMs = 1000;
    ticks(100);
    assertThat(node.looks).isEqualTo(2);

    node.nowMs = -1_000_000;
    ticks(100);

    assertThat(node.looks).isEqualTo(4);
  }

  @Test
  void without_hints_none_is_old() {
    node.add(B, 1, 0);
    node.nowMs = 5000;
    ticks(5);
    assertThat(expiry.oldestAgeMs()).isEqualTo(5000);
    node.hints.clear();
    node.nowMs = 10_000;

    ticks(5);

    assertThat(expiry.oldestAgeMs()).isZero();
  }

  private static final class FakeNode implements HintExpiry.Port {
    private final Map<MemberId, TreeMap<Key, Hint>> hints = new TreeMap<>();
    private final Set<MemberId> members = new HashSet<>(Set.of(B, C));
    private final List<Hint> reassigned = new ArrayList<>();
    private long nowMs;
    private int looks;
    private int largestPage;
    private boolean refuses;
    private boolean fails;
    private boolean answers = true;

    Hint add(MemberId holder, int number, long sinceMs) {
      Hint hint = new Hint(holder, key(number), sinceMs);
      hints.computeIfAbsent(holder, id -> new TreeMap<>()).put(hint.key(), hint);
      return hint;
    }

    @Override
    public Map<MemberId, Long> owed() {
      Map<MemberId, Long> owed = new TreeMap<>();
      hints.forEach((holder, ofHolder) -> owed.put(holder, (long) ofHolder.size()));
      return owed;
    }

    @Override
    public boolean isMember(MemberId holder) {
      return members.contains(holder);
    }

    @Override
    public boolean hints(
        MemberId holder, @Nullable Key after, int limit, Consumer<@Nullable List<Hint>> done) {
      if (refuses) {
        return false;
      }
      looks++;
      TreeMap<Key, Hint> ofHolder = hints.getOrDefault(holder, new TreeMap<>());
      List<Hint> page =
          (after == null ? ofHolder : ofHolder.tailMap(after, false))
              .values().stream().limit(limit).toList();
      largestPage = Math.max(largestPage, page.size());
      done.accept(fails ? null : page);
      return true;
    }

    @Override
    public void reassign(Hint hint, Runnable done) {
      reassigned.add(hint);
      if (answers) {
        done.run();
      }
    }

    @Override
    public long clockMs() {
      return nowMs;
    }
  }
}
