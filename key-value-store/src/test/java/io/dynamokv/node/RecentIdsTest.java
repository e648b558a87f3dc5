package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import org.junit.jupiter.api.Test;

class RecentIdsTest {
  private static final MemberId A = new MemberId("a");
  private static final MemberId B = new MemberId("b");

  private final RecentIds recent = new RecentIds();

  @Test
  void what_comes_again_is_known() {
    assertThat(recent.add(A, 1)).isTrue();
    assertThat(recent.add(B, 1)).isTrue();
    assertThat(recent.add(A, 2)).isTrue();
    assertThat(recent.add(A, 1)).isFalse();
  }

  @Test
  void it_remembers_so_many_and_no_more() {
    for (int id = 0; id < RecentIds.CAPACITY; id++) {
      recent.add(A, id);
    }
    assertThat(recent.add(A, 0)).isFalse();

    recent.add(A, RecentIds.CAPACITY);

    assertThat(recent.add(A, 1)).isFalse();
    assertThat(recent.add(A, 0)).isTrue();
  }
}
