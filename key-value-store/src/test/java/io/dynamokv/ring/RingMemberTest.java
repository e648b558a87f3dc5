package io.dynamokv.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RingMemberTest {
  @Test
  void a_rack_may_be_empty() {
    assertThat(new RingMember(new MemberId("a"), "").rack()).isEmpty();
  }

  @Test
  void a_rack_with_too_long_a_name_is_refused() {
    String longest = "r".repeat(RingMember.MAX_RACK_LENGTH);

    assertThat(new RingMember(new MemberId("a"), longest).rack()).isEqualTo(longest);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RingMember(new MemberId("a"), longest + "r"))
        .withMessageContaining("at most 64 characters: 65");
  }
}
