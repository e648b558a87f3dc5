package io.dynamokv.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.membership.Contact;
import io.dynamokv.ring.MemberId;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RosterExchangeTest {
  private static final MemberId A = new MemberId("a");
  private static final MemberId B = new MemberId("b");

  @Test
  void a_member_is_failing_if_all_that_is_known_of_it_is() {
    Set<Contact> found =
        Set.of(
            new Contact(A, "old", 8082, true),
            new Contact(A, "new", 8082, false),
            new Contact(B, "one", 8082, true),
            new Contact(B, "two", 8082, true),
            new Contact(null, "nameless", 8082, true));

    assertThat(RosterExchange.failing(found)).containsExactly(B);
  }
}
