package io.dynamokv.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.WireCodec.Envelope;
import io.dynamokv.transport.WireCodec.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WireCodecPropertyTest {
  private static final MemberId SENDER = new MemberId("node-1");

  private final WireCodec codec = new WireCodec(WireLimits.DEFAULT);

  @Property(tries = 500)
  void what_is_encoded_is_what_is_decoded(
      @ForAll("members") MemberId sender, @ForAll("batches") @Size(max = 8) List<Message> messages)
      throws Exception {
    byte[] frame = encode(sender, messages);

    Envelope envelope = codec.decode(frame, 0, frame.length);

    assertThat(envelope.sender()).isEqualTo(sender);
    assertThat(envelope.messages()).usingRecursiveComparison().isEqualTo(messages);
    assertThat(envelope.skipped()).isZero();
  }

  @Property(tries = 2000)
  void random_bytes_are_refused_or_read_but_never_break_anything(
      @ForAll @Size(max = 300) byte[] bytes) {
    decodesOrIsRefused(bytes);
  }

  @Property(tries = 2000)
  void random_bytes_after_a_valid_header_never_break_anything(@ForAll @Size(max = 300) byte[] bytes)
      throws Exception {
    byte[] header = encode(SENDER, List.of());
    byte[] frame = Arrays.copyOf(header, header.length + bytes.length);
    System.arraycopy(bytes, 0, frame, header.length, bytes.length);

    decodesOrIsRefused(frame);
  }

  @Property(tries = 500)
  void a_truncated_envelope_is_refused_or_is_a_beginning_of_it(
      @ForAll("batches") @Size(max = 4) List<Message> messages,
      @ForAll @IntRange(max = 999) int cut)
      throws Exception {
    byte[] frame = encode(SENDER, messages);
    byte[] beginning = Arrays.copyOf(frame, frame.length * cut / 1000);

    try {
      Envelope envelope = codec.decode(beginning, 0, beginning.length);
      assertThat(envelope.messages())
          .usingRecursiveComparison()
          .isEqualTo(messages.subList(0, envelope.messages().size()));
    } catch (WireFormatException e) {
      assertThat(e).hasMessageContaining("not an envelope");
    }
  }

  @Property(tries = 2000)
  void flipped_bits_never_break_anything(
      @ForAll("batches") @Size(min = 1, max = 4) List<Message> messages,
      @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 1 << 20) Integer> bits)
      throws Exception {
    byte[] frame = encode(SENDER, messages);
    for (int bit : bits) {
      int at = bit % (frame.length * 8);
      frame[at / 8] ^= (byte) (1 << at % 8);
    }

    decodesOrIsRefused(frame);
  }

  /** Any other exception leaves the property and fails it. */
  private void decodesOrIsRefused(byte[] bytes) {
    try {
      Envelope envelope = codec.decode(bytes, 0, bytes.length);
      assertThat(envelope.messages()).doesNotContainNull();
    } catch (WireFormatException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private byte[] encode(MemberId sender, List<Message> messages) throws WireFormatException {
    List<Operation> operations = new ArrayList<>();
    for (Message message : messages) {
      operations.add(codec.prepare(message));
    }
    return codec.encode(sender, operations);
  }

  @Provide
  Arbitrary<MemberId> members() {
    return MessageArbitraries.members();
  }

  @Provide
  Arbitrary<List<Message>> batches() {
    return MessageArbitraries.messages().list().ofMaxSize(8);
  }
}
