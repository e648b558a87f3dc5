package io.dynamokv.version;

import static io.dynamokv.version.Samples.A;
import static io.dynamokv.version.Samples.B;
import static io.dynamokv.version.Samples.C;
import static io.dynamokv.version.Samples.bytes;
import static io.dynamokv.version.Samples.clock;
import static io.dynamokv.version.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dynamokv.ring.Key;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class VersionCodecTest {
  private static final Key KEY = Key.of(bytes("a key"));
  private static final VersionCodec CODEC = new VersionCodec("a secret of the cluster");
  private static final Version VERSION =
      new Version(
          clock(entry(A, 300, 1_700_000_000_000L)),
          Set.of(new Dot(B, 2), new Dot(B, 3), new Dot(C, 1), new Dot(C, 4)));

  /** Clients keep these strings across releases: it must never change. */
  private static final String GOLDEN =
      "AQoVCQoAAAAAAAAAEAEYrAIggNCV_7wxEg0JCwAAAAAAAAAQARgCEg0JCwAAAAAA"
          + "AAAQARgDEg0JDAAAAAAAAAAQARgBEg0JDAAAAAAAAAAQARgEXU6Q7EW8sNg";

  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n\0\u00e9\u4e2d";

  @Provide
  Arbitrary<Version> versions() {
    return Samples.versions();
  }

  @Test
  void golden_string() {
    assertThat(CODEC.encode(KEY, VERSION)).isEqualTo(GOLDEN);
    assertThat(CODEC.decode(KEY, GOLDEN)).isEqualTo(VERSION);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void what_is_encoded_is_decoded_to_the_same(@ForAll("versions") Version version) {
    assertThat(CODEC.decode(KEY, CODEC.encode(KEY, version))).isEqualTo(version);
  }

  @Test
  void the_version_of_a_key_that_was_never_written_is_the_empty_string() {
    assertThat(CODEC.encode(KEY, Version.NONE)).isEmpty();
    assertThat(CODEC.decode(KEY, "")).isEqualTo(Version.NONE);
  }

  @Test
  void a_version_needs_no_escaping_in_a_url() {
    assertThat(CODEC.encode(KEY, VERSION)).matches("[A-Za-z0-9_-]+");
  }

  @Test
  void another_keys_version_is_refused() {
    assertMalformed(CODEC, Key.of(bytes("another key")), CODEC.encode(KEY, VERSION));
  }

  @Test
  void another_clusters_version_is_refused() {
    VersionCodec other = new VersionCodec("another secret");

    assertMalformed(other, KEY, CODEC.encode(KEY, VERSION));
    assertMalformed(CODEC, KEY, other.encode(KEY, VERSION));
  }

  @Test
  void nodes_without_a_secret_understand_each_other() {
    String text = new VersionCodec("").encode(KEY, VERSION);

    assertThat(new VersionCodec("").decode(KEY, text)).isEqualTo(VERSION);
    assertMalformed(CODEC, KEY, text);
  }

  @Test
  void a_version_with_any_character_changed_is_refused() {
    for (int i = 0; i < GOLDEN.length(); i++) {
      for (int other = 0; other < ALPHABET.length(); other++) {
        char c = ALPHABET.charAt(other);
        if (c != GOLDEN.charAt(i)) {
          assertMalformed(CODEC, KEY, GOLDEN.substring(0, i) + c + GOLDEN.substring(i + 1));
        }
      }
    }
  }

  @Test
  void a_version_cut_short_at_either_end_is_refused() {
    for (int i = 1; i < GOLDEN.length(); i++) {
      assertMalformed(CODEC, KEY, GOLDEN.substring(0, i));
      assertMalformed(CODEC, KEY, GOLDEN.substring(i));
    }
  }

  @Test
  void a_version_with_anything_added_is_refused() {
    for (int i = 0; i < ALPHABET.length(); i++) {
      assertMalformed(CODEC, KEY, GOLDEN + ALPHABET.charAt(i));
      assertMalformed(CODEC, KEY, ALPHABET.charAt(i) + GOLDEN);
    }
    assertMalformed(CODEC, KEY, GOLDEN + GOLDEN);
    assertMalformed(CODEC, KEY, GOLDEN + "==");
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void a_string_that_no_node_has_made_is_refused(
      @ForAll @StringLength(min = 1, max = 100) String text) {
    assertMalformed(CODEC, KEY, text);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void a_string_of_the_right_alphabet_that_no_node_has_made_is_refused(
      @ForAll
          @StringLength(min = 1, max = 100)
          @CharRange(from = 'A', to = 'Z')
          @CharRange(from = 'a', to = 'z')
          @CharRange(from = '0', to = '9')
          String text) {
    assertMalformed(CODEC, KEY, "AQ" + text);
  }

  @Test
  void a_huge_string_is_refused() {
    assertThatThrownBy(() -> CODEC.decode(KEY, "A".repeat(10_000_000)))
        .isInstanceOf(MalformedStateException.class)
        .hasMessage("longer than 32768 characters");
    assertMalformed(CODEC, KEY, "A".repeat(VersionCodec.MAX_LENGTH));
  }

  @Test
  void a_version_of_eight_replicas_full_of_siblings_is_not_too_long() {
    List<ClockEntry> entries = new ArrayList<>();
    Set<Dot> dots = new HashSet<>();
    for (int i = 0; i < VectorClock.MAX_ENTRIES; i++) {
      entries.add(entry(new Actor(i, -1), -1, -1));
    }
    for (int i = 0; i < 8 * KeyState.MAX_SIBLINGS; i++) {
      dots.add(new Dot(new Actor(1000 + i, -1), -1));
    }
    Version longest = new Version(VectorClock.of(entries), dots);

    String text = CODEC.encode(KEY, longest);

    assertThat(text).hasSizeLessThanOrEqualTo(VersionCodec.MAX_LENGTH);
    assertThat(CODEC.decode(KEY, text)).isEqualTo(longest);
  }

  private static void assertMalformed(VersionCodec codec, Key key, String text) {
    assertThatThrownBy(() -> codec.decode(key, text))
        .as("the string %s", text.length() > 200 ? "of " + text.length() : text)
        .isInstanceOf(MalformedStateException.class);
  }
}
