package io.dynamokv.version;

import static io.dynamokv.version.Samples.A;
import static io.dynamokv.version.Samples.B;
import static io.dynamokv.version.Samples.bytes;
import static io.dynamokv.version.Samples.clock;
import static io.dynamokv.version.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dynamokv.version.proto.ClockEntryProto;
import io.dynamokv.version.proto.DotProto;
import io.dynamokv.version.proto.KeyStateProto;
import io.dynamokv.version.proto.SiblingProto;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StateCodecTest {
  private static final KeyState GOLDEN_STATE =
      KeyState.of(
          clock(entry(A, 300, 1_700_000_000_000L), entry(new Actor(-2, 7), -1, 5)),
          List.of(
              Sibling.of(new Dot(A, 300), bytes("value")),
              Sibling.of(new Dot(B, 2), bytes("")),
              Sibling.tombstone(new Dot(new Actor(-2, 7), -1))));

  /** Stored on disks and sent between nodes of different releases: it must never change. */
  private static final String GOLDEN_BYTES =
      "0a15090a00000000000000100118ac022080d095ffbc310a1809feffffff"
          + "ffffffff100718ffffffffffffffffff01200512170a0e090a0000000000"
          + "0000100118ac02120576616c756512110a0d090b00000000000000100118"
          + "021200121a0a1609feffffffffffffff100718ffffffffffffffffff0118"
          + "01";

  /** The first half of the MD5 of the golden bytes. */
  private static final long GOLDEN_HASH = 0xb55c40306ce2e8c3L;

  @Provide
  Arbitrary<KeyState> states() {
    return Samples.states();
  }

  @Test
  void golden_bytes() {
    assertThat(HexFormat.of().formatHex(StateCodec.encode(GOLDEN_STATE))).isEqualTo(GOLDEN_BYTES);
    assertThat(StateCodec.decode(HexFormat.of().parseHex(GOLDEN_BYTES))).isEqualTo(GOLDEN_STATE);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void what_is_encoded_is_decoded_to_the_same(@ForAll("states") KeyState state) {
    assertThat(StateCodec.decode(StateCodec.encode(state))).isEqualTo(state);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void states_have_equal_bytes_if_and_only_if_they_are_equal(
      @ForAll("states") KeyState one, @ForAll("states") KeyState other) {
    KeyState again =
        KeyState.of(VectorClock.of(reversed(one.clock().entries())), reversed(one.siblings()));

    assertThat(StateCodec.encode(again)).isEqualTo(StateCodec.encode(one));
    assertThat(Arrays.equals(StateCodec.encode(one), StateCodec.encode(other)))
        .isEqualTo(one.equals(other));
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void random_bytes_are_a_state_or_malformed(@ForAll @Size(max = 200) byte[] bytes) {
    decodesOrIsMalformed(bytes);
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void bytes_cut_short_are_a_state_or_malformed(
      @ForAll("states") KeyState state, @ForAll @IntRange(max = 999) int cut) {
    byte[] bytes = StateCodec.encode(state);

    decodesOrIsMalformed(Arrays.copyOf(bytes, bytes.length * cut / 1000));
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void bytes_with_a_flipped_bit_are_a_state_or_malformed(
      @ForAll("states") KeyState state, @ForAll @IntRange(max = 9999) int at) {
    byte[] bytes = StateCodec.encode(state);
    int bit = bytes.length * 8 * at / 10_000;
    bytes[bit / 8] ^= (byte) (1 << (bit % 8));

    decodesOrIsMalformed(bytes);
  }

  /** Any other exception fails the test. */
  private static void decodesOrIsMalformed(byte[] bytes) {
    try {
      KeyState state = StateCodec.decode(bytes);
      assertThat(state.isEmpty()).isFalse();
      assertThat(StateCodec.decode(StateCodec.encode(state))).isEqualTo(state);
    } catch (MalformedStateException e) {
      assertThat(e).hasMessageMatching("(?s).{10,}");
    }
  }

  @Test
  void no_bytes_are_no_state() {
    assertMalformed(KeyStateProto.getDefaultInstance(), "a state with 0 siblings");
  }

  @Test
  void a_state_may_have_a_hundred_siblings_and_no_more() {
    KeyStateProto.Builder proto = KeyStateProto.newBuilder();
    IntStream.range(0, KeyState.MAX_SIBLINGS).forEach(i -> proto.addSiblings(sibling(i)));
    assertThat(StateCodec.decode(proto.build().toByteArray()).siblings()).hasSize(100);

    proto.addSiblings(sibling(1000));

    assertMalformed(proto.build(), "a state with 101 siblings");
  }

  @Test
  void a_clock_may_have_ten_entries_and_no_more() {
    KeyStateProto.Builder proto = KeyStateProto.newBuilder().addSiblings(sibling(1));
    IntStream.range(0, VectorClock.MAX_ENTRIES).forEach(i -> proto.addClock(clockEntry(i)));
    assertThat(StateCodec.decode(proto.build().toByteArray()).clock().entries()).hasSize(10);

    proto.addClock(clockEntry(1000));

    assertMalformed(proto.build(), "a clock with 11 entries");
  }

  @Test
  void a_clock_has_one_entry_for_each_actor() {
    assertMalformed(
        KeyStateProto.newBuilder()
            .addSiblings(sibling(1))
            .addClock(clockEntry(4))
            .addClock(clockEntry(4))
            .build(),
        "a clock with two entries of one actor");
  }

  @Test
  void a_sibling_has_content() {
    assertMalformed(
        KeyStateProto.newBuilder().addSiblings(sibling(1).toBuilder().clearContent()).build(),
        "a sibling without content");
  }

  @Test
  void a_sibling_has_a_dot() {
    assertMalformed(
        KeyStateProto.newBuilder().addSiblings(sibling(1).toBuilder().clearDot()).build(),
        "a sibling without a dot");
  }

  @Test
  void a_dot_names_one_sibling() {
    assertMalformed(
        KeyStateProto.newBuilder().addSiblings(sibling(1)).addSiblings(sibling(1)).build(),
        "a state with two siblings of one dot");
  }

  @Test
  void golden_hash() {
    assertThat(StateCodec.hash(HexFormat.of().parseHex(GOLDEN_BYTES))).isEqualTo(GOLDEN_HASH);
    assertThat(StateCodec.hash(bytes("something else"))).isNotEqualTo(GOLDEN_HASH);
  }

  private static void assertMalformed(KeyStateProto proto, String message) {
    assertThatThrownBy(() -> StateCodec.decode(proto.toByteArray()))
        .isInstanceOf(MalformedStateException.class)
        .hasMessage(message);
  }

  private static SiblingProto sibling(int node) {
    return SiblingProto.newBuilder()
        .setDot(DotProto.newBuilder().setNode(node).setIncarnation(1).setCounter(1))
        .setTombstone(true)
        .build();
  }

  private static ClockEntryProto clockEntry(int node) {
    return ClockEntryProto.newBuilder().setNode(node).setIncarnation(1).setCounter(1).build();
  }

  private static <T> List<T> reversed(List<T> list) {
    return IntStream.range(0, list.size()).mapToObj(i -> list.get(list.size() - 1 - i)).toList();
  }
}
