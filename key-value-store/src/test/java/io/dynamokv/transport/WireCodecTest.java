package io.dynamokv.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message.CollectReply;
import io.dynamokv.transport.Message.CollectRequest;
import io.dynamokv.transport.Message.CompareReply;
import io.dynamokv.transport.Message.CompareRequest;
import io.dynamokv.transport.Message.Ending;
import io.dynamokv.transport.Message.ForwardedAnswer;
import io.dynamokv.transport.Message.ForwardedGet;
import io.dynamokv.transport.Message.ForwardedPut;
import io.dynamokv.transport.Message.FoundState;
import io.dynamokv.transport.Message.Gossip;
import io.dynamokv.transport.Message.Heartbeat;
import io.dynamokv.transport.Message.KeyHash;
import io.dynamokv.transport.Message.KeysReply;
import io.dynamokv.transport.Message.KeysRequest;
import io.dynamokv.transport.Message.Level;
import io.dynamokv.transport.Message.PlaceHash;
import io.dynamokv.transport.Message.ReadReply;
import io.dynamokv.transport.Message.ReadRequest;
import io.dynamokv.transport.Message.RosterProgress;
import io.dynamokv.transport.Message.StandInRequest;
import io.dynamokv.transport.Message.StatesReply;
import io.dynamokv.transport.Message.StatesRequest;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WantedReplicas;
import io.dynamokv.transport.Message.WriteReply;
import io.dynamokv.transport.Message.WriteRequest;
import io.dynamokv.transport.WireCodec.Envelope;
import io.dynamokv.transport.WireCodec.Operation;
import io.dynamokv.transport.proto.EnvelopeProto;
import io.dynamokv.transport.proto.OperationProto;
import io.dynamokv.transport.proto.ReadRequestProto;
import io.dynamokv.transport.proto.WriteReplyProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WireCodecTest {
  private static final MemberId SENDER = new MemberId("node-1");
  private static final WireLimits LIMITS = new WireLimits(16, 3, 4 << 10);

  private final WireCodec codec = new WireCodec(LIMITS);

  /** These bytes are what other nodes send. If a change breaks this, it breaks a cluster. */
  static Stream<Arguments> golden() {
    byte[] key = "key".getBytes(UTF_8);
    byte[] state = {10, 20, 30};
    String header = "0801" + "12066e6f64652d31";
    return Stream.of(
        Arguments.of(
            new ReadRequest(1, "r-1", key, 0x0102030405060708L),
            header
                + ("1a1e" + "0a1c" + "090100000000000000" + "1203722d31")
                + ("1a036b6579" + "210807060504030201")),
        Arguments.of(
            new ReadReply(2, Status.OK, state),
            header + "1a12" + "1210" + "090200000000000000" + "1001" + "1a030a141e"),
        Arguments.of(
            new ReadReply(3, Status.SAME, null),
            header + "1a0d" + "120b" + "090300000000000000" + "1002"),
        Arguments.of(
            new WriteRequest(-1, "r-2", key, state),
            header
                + ("1a1a" + "1a18" + "09ffffffffffffffff" + "1203722d32")
                + ("1a036b6579" + "22030a141e")),
        Arguments.of(
            new StandInRequest(-1, "r-2", key, state, new MemberId("b")),
            header
                + ("1a1d" + "321b" + "09ffffffffffffffff" + "1203722d32")
                + ("1a036b6579" + "22030a141e" + "2a0162")),
        Arguments.of(
            new CompareRequest(5, Level.LEAVES, List.of(new PlaceHash(300, 2))),
            header
                + ("1a1b" + "3a19" + "090500000000000000" + "1002" + "1a02ac02")
                + ("22080200000000000000")),
        Arguments.of(
            new CompareReply(6, List.of(1, 300), List.of(2)),
            header + "1a13" + "4211" + "090600000000000000" + "120301ac02" + "1a0102"),
        Arguments.of(
            new KeysRequest(7, 1, -1, List.of(new KeyHash(key, 3))),
            header
                + ("1a2c" + "4a2a" + "090700000000000000" + "110100000000000000")
                + ("19ffffffffffffffff" + "22036b6579" + "2a080300000000000000")),
        Arguments.of(
            new KeysReply(8, Status.OK, 9, List.of(new KeyHash(key, 0))),
            header
                + ("1a25" + "5223" + "090800000000000000" + "1001" + "190900000000000000")
                + ("22036b6579" + "2a080000000000000000")),
        Arguments.of(
            new StatesRequest(10, List.of(key, new byte[] {7})),
            header + "1a14" + "8a0111" + "090a00000000000000" + "12036b6579" + "120107"),
        Arguments.of(
            new StatesReply(
                11,
                Status.OK,
                List.of(new FoundState(Status.OK, state), new FoundState(Status.ABSENT, null))),
            header
                + ("1a1b" + "920118" + "090b00000000000000" + "1001")
                + ("1a07" + "0801" + "12030a141e" + "1a02" + "0803")),
        Arguments.of(
            new CollectRequest(9, true, List.of(new KeyHash(key, 7))),
            header
                + ("1a1c" + "621a" + "090900000000000000" + "1001")
                + ("1a036b6579" + "22080700000000000000")),
        Arguments.of(
            new CollectReply(9, 1234, List.of(0, 3)),
            header + "1a12" + "6a10" + "090900000000000000" + "10d209" + "1a020003"),
        Arguments.of(
            new ForwardedGet(1, "r", key, new WantedReplicas(2, true)),
            header
                + ("1a17" + "7215" + "090100000000000000" + "120172" + "1a036b6579")
                + ("2002" + "2801")),
        Arguments.of(
            new ForwardedPut(2, "r", key, new WantedReplicas(3, false), new byte[] {9}, state),
            header
                + ("1a1d" + "7a1b" + "090200000000000000" + "120172" + "1a036b6579")
                + ("2003" + "320109" + "3a030a141e")),
        Arguments.of(
            new ForwardedPut(3, "r", key, new WantedReplicas(1, false), new byte[0], null),
            header + ("1a15" + "7a13" + "090300000000000000" + "120172" + "1a036b6579" + "2001")),
        Arguments.of(
            new ForwardedAnswer(4, Ending.DONE, 0, 0, state),
            header + "1a13" + "820110" + "090400000000000000" + "1001" + "2a030a141e"),
        Arguments.of(
            new ForwardedAnswer(5, Ending.NOT_ENOUGH_REPLICAS, 3, 2, null),
            header + "1a12" + "82010f" + "090500000000000000" + "1003" + "1803" + "2002"),
        Arguments.of(
            new WriteReply(4, Status.TOO_MANY_SIBLINGS),
            header + "1a0d" + "220b" + "090400000000000000" + "1006"),
        Arguments.of(
            new Heartbeat("c", 1024, 3, 0x0102030405060708L, 0x1122334455667788L, 7, 300),
            header
                + ("1a23" + "2a21" + "0a0163" + "108008" + "1803" + "218877665544332211")
                + ("2807" + "30ac02" + "390807060504030201" + "5001")),
        Arguments.of(
            new Heartbeat("c", 16, 3, 0, 1, 7, 3, new RosterProgress(2, 300, false)),
            header
                + ("1a22" + "2a20" + "0a0163" + "1010" + "1803" + "210100000000000000")
                + ("2807" + "3003" + "410200000000000000" + "48ac02")),
        Arguments.of(
            new Gossip(new byte[] {9, 8}, true), header + "1a08" + "5a06" + "0a020908" + "1001"));
  }

  @ParameterizedTest
  @MethodSource("golden")
  void the_bytes_on_the_wire_are_these(Message message, String hex) throws Exception {
    assertThat(HexFormat.of().formatHex(encode(message))).isEqualTo(hex);
  }

  @ParameterizedTest
  @MethodSource("golden")
  void these_bytes_are_understood(Message message, String hex) throws Exception {
    Envelope envelope = decode(HexFormat.of().parseHex(hex));

    assertThat(envelope.sender()).isEqualTo(SENDER);
    assertThat(envelope.messages()).usingRecursiveComparison().isEqualTo(List.of(message));
    assertThat(envelope.skipped()).isZero();
  }

  @ParameterizedTest
  @MethodSource("golden")
  void an_operations_size_is_what_it_adds_to_an_envelope(Message message, String hex)
      throws Exception {
    int empty = codec.encode(SENDER, List.of()).length;

    assertThat(codec.prepare(message).size()).isEqualTo(hex.length() / 2 - empty);
  }

  @Test
  void the_order_of_operations_is_kept() throws Exception {
    Message[] messages = {
      new WriteReply(3, Status.OK), new WriteReply(1, Status.OK), new WriteReply(2, Status.OK)
    };

    assertThat(decode(encode(messages)).messages()).containsExactly(messages);
  }

  @Test
  void an_envelope_is_read_out_of_the_middle_of_an_array_that_is_reused() throws Exception {
    byte[] frame = encode(new WriteRequest(1, "r", new byte[] {1}, new byte[] {2, 3}));
    byte[] array = new byte[frame.length + 7];
    System.arraycopy(frame, 0, array, 3, frame.length);

    Envelope envelope = codec.decode(array, 3, frame.length);
    java.util.Arrays.fill(array, (byte) 0);

    WriteRequest request = (WriteRequest) envelope.messages().get(0);
    assertThat(request.key()).containsExactly(1);
    assertThat(request.state()).containsExactly(2, 3);
  }

  @Test
  void operations_of_an_unknown_kind_are_skipped_and_counted() throws Exception {
    OperationProto fromTheFuture =
        OperationProto.newBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .mergeLengthDelimitedField(99, ByteString.copyFromUtf8("later"))
                    .build())
            .build();
    OperationProto known =
        OperationProto.newBuilder()
            .setWriteReply(WriteReplyProto.newBuilder().setId(5).setStatusValue(1))
            .build();

    Envelope envelope = decode(envelope(1).addOperations(fromTheFuture).addOperations(known));

    assertThat(envelope.messages()).containsExactly(new WriteReply(5, Status.OK));
    assertThat(envelope.skipped()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, -1})
  void a_reply_with_an_unknown_status_is_skipped_and_counted(int status) throws Exception {
    OperationProto reply =
        OperationProto.newBuilder()
            .setWriteReply(WriteReplyProto.newBuilder().setId(5).setStatusValue(status))
            .build();

    Envelope envelope = decode(envelope(1).addOperations(reply));

    assertThat(envelope.messages()).isEmpty();
    assertThat(envelope.skipped()).isEqualTo(1);
  }

  @Test
  void unknown_fields_of_an_envelope_are_passed_over() throws Exception {
    UnknownFieldSet later =
        UnknownFieldSet.newBuilder()
            .mergeVarintField(15, 1)
            .mergeLengthDelimitedField(16, ByteString.copyFromUtf8("later"))
            .build();

    assertThat(decode(envelope(1).setUnknownFields(later)).sender()).isEqualTo(SENDER);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 1000, -1})
  void a_higher_version_is_refused_by_its_number(int version) {
    assertRefused(envelope(version), "protocol version " + Integer.toUnsignedString(version));
  }

  @Test
  void an_envelope_without_version_or_sender_is_refused() {
    assertRefused(EnvelopeProto.newBuilder().setSender("node-1"), "do not come first");
    assertRefused(EnvelopeProto.newBuilder().setVersion(1), "do not come first");
    assertRefused(EnvelopeProto.newBuilder(), "do not come first");
  }

  @Test
  void operations_before_the_sender_are_refused() {
    byte[] operations =
        EnvelopeProto.newBuilder()
            .addOperations(OperationProto.getDefaultInstance())
            .build()
            .toByteArray();
    byte[] header = envelope(1).build().toByteArray();

    assertRefused(ByteString.copyFrom(operations).concat(ByteString.copyFrom(header)), "first");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "node 1", "node/1"})
  void a_sender_that_no_member_could_have_is_refused(String sender) {
    assertRefused(
        ByteString.copyFrom(new byte[] {8, 1, 0x12, (byte) sender.length()})
            .concat(ByteString.copyFromUtf8(sender)),
        "not a member's id");
    assertRefused(EnvelopeProto.newBuilder().setVersion(1).setSender("n".repeat(65)), "65 bytes");
  }

  @Test
  void keys_outside_their_limits_are_refused_on_both_sides() throws Exception {
    assertThat(decode(encode(read(new byte[16]))).messages()).hasSize(1);

    assertCanNotTravel(read(new byte[17]), "a key of 17 bytes; it may have 1 to 16");
    assertCanNotTravel(read(new byte[0]), "a key of 0 bytes");
    assertRefused(envelope(1).addOperations(readProto(17)), "a key of 17 bytes");
    assertRefused(envelope(1).addOperations(readProto(0)), "a key of 0 bytes");
  }

  @Test
  void texts_beyond_their_limit_are_refused_on_both_sides() throws Exception {
    String longest = "x".repeat(WireLimits.MAX_TEXT_LENGTH);
    byte[] key = {1};
    assertThat(decode(encode(new ReadRequest(1, longest, key, 0))).messages()).hasSize(1);

    assertCanNotTravel(new ReadRequest(1, longest + "x", key, 0), "a text of 257 characters");
    assertCanNotTravel(new Heartbeat(longest + "x", 1, 1, 1, 1, 1, 1), "a text of 257 characters");
    ReadRequestProto.Builder request =
        ReadRequestProto.newBuilder().setKey(ByteString.copyFrom(key)).setRequestId(longest + "x");
    assertRefused(
        envelope(1).addOperations(OperationProto.newBuilder().setReadRequest(request)),
        "a text of 257 characters");
  }

  @Test
  void more_operations_than_the_limit_are_refused() throws Exception {
    List<OperationProto> three = Collections.nCopies(3, OperationProto.getDefaultInstance());

    assertThat(decode(envelope(1).addAllOperations(three)).skipped()).isEqualTo(3);
    assertRefused(
        envelope(1).addAllOperations(three).addOperations(OperationProto.getDefaultInstance()),
        "more than 3 operations");
  }

  @Test
  void the_largest_message_that_may_travel_is_accepted_and_one_byte_more_is_not() throws Exception {
    int overhead = codec.prepare(reply(1000)).size() - 1000;
    int largest = LIMITS.maxOperationBytes() - overhead;

    assertThat(decode(encode(reply(largest))).messages()).hasSize(1);
    assertCanNotTravel(reply(largest + 1), "at most " + LIMITS.maxOperationBytes());
  }

  @Test
  void the_largest_envelope_of_the_longest_sender_is_within_the_frame() throws Exception {
    int overhead = codec.prepare(reply(1000)).size() - 1000;
    Operation operation = codec.prepare(reply(LIMITS.maxOperationBytes() - overhead));

    byte[] frame = codec.encode(new MemberId("n".repeat(64)), List.of(operation));

    assertThat(codec.decode(frame, 0, frame.length).messages()).hasSize(1);
  }

  @Test
  void a_frame_beyond_the_limit_is_refused() {
    byte[] frame = new byte[LIMITS.maxFrameBytes() + 1];

    assertThatExceptionOfType(WireFormatException.class)
        .isThrownBy(() -> decode(frame))
        .withMessageContaining("an envelope of 4097 bytes; the limit is 4096");
  }

  private static ReadRequest read(byte[] key) {
    return new ReadRequest(1, "r", key, 0);
  }

  private static OperationProto readProto(int keyLength) {
    return OperationProto.newBuilder()
        .setReadRequest(
            ReadRequestProto.newBuilder().setKey(ByteString.copyFrom(new byte[keyLength])))
        .build();
  }

  private static ReadReply reply(int stateLength) {
    return new ReadReply(1, Status.OK, new byte[stateLength]);
  }

  private static EnvelopeProto.Builder envelope(int version) {
    return EnvelopeProto.newBuilder().setVersion(version).setSender("node-1");
  }

  private byte[] encode(Message... messages) throws WireFormatException {
    List<Operation> operations = new ArrayList<>();
    for (Message message : messages) {
      operations.add(codec.prepare(message));
    }
    return codec.encode(SENDER, operations);
  }

  private Envelope decode(EnvelopeProto.Builder envelope) throws WireFormatException {
    return decode(envelope.build().toByteArray());
  }

  private Envelope decode(byte[] bytes) throws WireFormatException {
    return codec.decode(bytes, 0, bytes.length);
  }

  private void assertRefused(EnvelopeProto.Builder envelope, String reason) {
    assertRefused(envelope.build().toByteString(), reason);
  }

  private void assertRefused(ByteString bytes, String reason) {
    assertThatExceptionOfType(WireFormatException.class)
        .isThrownBy(() -> decode(bytes.toByteArray()))
        .withMessageContaining(reason);
  }

  private void assertCanNotTravel(Message message, String reason) {
    assertThatExceptionOfType(WireFormatException.class)
        .isThrownBy(() -> codec.prepare(message))
        .withMessageContaining(reason);
  }
}
