package io.dynamokv.version;

import static io.dynamokv.version.Samples.A;
import static io.dynamokv.version.Samples.B;
import static io.dynamokv.version.Samples.C;
import static io.dynamokv.version.Samples.bytes;
import static io.dynamokv.version.Samples.clock;
import static io.dynamokv.version.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VersionTest {
  private static final Sibling OF_A = Sibling.of(new Dot(A, 3), bytes("a"));
  private static final Sibling OF_B = Sibling.of(new Dot(B, 2), bytes("b"));

  @Test
  void a_version_whose_clock_covers_all_siblings_names_none_of_them() {
    Version version = Version.of(clock(entry(A, 3, 1), entry(B, 4, 1)), List.of(OF_A, OF_B));

    assertThat(version.dots()).isEmpty();
  }

  @Test
  void a_version_names_the_siblings_that_its_trimmed_clock_no_longer_covers() {
    Version version = Version.of(clock(entry(A, 3, 1), entry(B, 1, 1)), List.of(OF_A, OF_B));

    assertThat(version.dots()).containsExactly(OF_B.dot());
    assertThat(version.covers(OF_A.dot())).isTrue();
    assertThat(version.covers(OF_B.dot())).isTrue();
  }

  @Test
  void a_dot_that_is_named_covers_no_other_write_of_its_actor() {
    Version version = Version.of(clock(entry(A, 3, 1)), List.of(OF_B));

    assertThat(version.covers(new Dot(B, 1))).isFalse();
    assertThat(version.covers(new Dot(B, 3))).isFalse();
  }

  @Test
  void the_empty_version_covers_nothing() {
    assertThat(Version.NONE.covers(new Dot(C, 1))).isFalse();
    assertThat(Version.NONE.covers(new Dot(C, 0))).isFalse();
  }

  @Test
  void a_version_does_not_change_with_the_set_that_it_was_made_from() {
    Set<Dot> dots = new HashSet<>(Set.of(OF_A.dot()));
    Version version = new Version(VectorClock.EMPTY, dots);

    dots.add(OF_B.dot());

    assertThat(version.dots()).containsExactly(OF_A.dot());
  }
}
