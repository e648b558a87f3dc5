package io.dynamokv.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.proto.EnvelopeProto;
import io.dynamokv.transport.proto.OperationProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns messages into envelopes and back (see {@code wire.proto}). Thread-safe, without state.
 *
 * <p>The envelope is taken apart here, field by field, and not by the generated parser: a version
 * that is too high, a stranger's id or one operation too many ends the work before the rest is
 * looked at, so that a small frame can not become a large heap.
 */
public final class WireCodec {
  /** The version that this node writes, and the highest that it reads. */
  public static final int VERSION = 1;

  private static final int VERSION_TAG =
      tag(EnvelopeProto.VERSION_FIELD_NUMBER, WireFormat.WIRETYPE_VARINT);
  private static final int SENDER_TAG =
      tag(EnvelopeProto.SENDER_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
  private static final int OPERATION_TAG =
      tag(EnvelopeProto.OPERATIONS_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);

  private final WireLimits limits;
  private final OperationMapper mapper;

  public WireCodec(WireLimits limits) {
    this.limits = limits;
    this.mapper = new OperationMapper(limits);
  }

  public WireLimits limits() {
    return limits;
  }

  /**
   * Makes one message ready to be put in an envelope. Arrays of the message are not copied.
   *
   * @throws WireFormatException if it is beyond a limit, so that every envelope would be refused
   */
  public Operation prepare(Message message) throws WireFormatException {
    OperationProto proto = mapper.toProto(message);
    int size = CodedOutputStream.computeMessageSize(EnvelopeProto.OPERATIONS_FIELD_NUMBER, proto);
    if (size > limits.maxOperationBytes()) {
      throw new WireFormatException(
          "a message of " + size + " bytes; at most " + limits.maxOperationBytes() + " can travel");
    }
    return new Operation(proto, size);
  }

  /**
   * Packs operations in one envelope.
   *
   * @param operations together within the limits' number and bytes
   */
  public byte[] encode(MemberId sender, List<Operation> operations) {
    EnvelopeProto.Builder envelope =
        EnvelopeProto.newBuilder().setVersion(VERSION).setSender(sender.value());
    for (Operation operation : operations) {
      envelope.addOperations(operation.proto);
    }
    return envelope.build().toByteArray();
  }

  /**
   * Reads an envelope out of a part of an array, which may be reused afterwards.
   *
   * @throws WireFormatException if the bytes are not an envelope of a version up to {@value
   *     #VERSION} within the limits
   */
  public Envelope decode(byte[] bytes, int offset, int length) throws WireFormatException {
    if (length > limits.maxFrameBytes()) {
      throw new WireFormatException(
          "an envelope of " + length + " bytes; the limit is " + limits.maxFrameBytes());
    }
    try {
      // An immutable string over the array: fields become views of it, and are copied once, when
      // they become a message's arrays.
      CodedInputStream input =
          UnsafeByteOperations.unsafeWrap(bytes, offset, length).newCodedInput();
      input.enableAliasing(true);
      return read(input);
    } catch (IOException e) {
      throw new WireFormatException("not an envelope: " + e.getMessage(), e);
    }
  }

  private Envelope read(CodedInputStream input) throws IOException, WireFormatException {
    int version = 0;
    MemberId sender = null;
    int operations = 0;
    List<Message> messages = new ArrayList<>();
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      if (tag == VERSION_TAG) {
        version = checkVersion(input.readUInt32());
      } else if (tag == SENDER_TAG) {
        sender = toMember(input.readBytes());
      } else if (tag == OPERATION_TAG) {
        checkHeader(version, sender);
        if (++operations > limits.maxOperations()) {
          throw new WireFormatException("more than " + limits.maxOperations() + " operations");
        }
        Message message = readOperation(input);
        if (message != null) {
          messages.add(message);
        }
      } else if (!input.skipField(tag)) {
        throw new WireFormatException("not an envelope: the end of a group that was not begun");
      }
    }
    return new Envelope(
        checkHeader(version, sender),
        Collections.unmodifiableList(messages),
        operations - messages.size());
  }

  private @Nullable Message readOperation(CodedInputStream input)
      throws IOException, WireFormatException {
    return mapper.toMessage(
        input.readMessage(OperationProto.parser(), ExtensionRegistryLite.getEmptyRegistry()));
  }

  private static int checkVersion(int version) throws WireFormatException {
    if (version < 1 || version > VERSION) {
      throw new WireFormatException(
          "protocol version "
              + Integer.toUnsignedString(version)
              + "; this node understands 1 to "
              + VERSION);
    }
    return version;
  }

  private static MemberId toMember(ByteString text) throws WireFormatException {
    if (text.size() <= MemberId.MAX_LENGTH) {
      try {
        return new MemberId(text.toStringUtf8());
      } catch (IllegalArgumentException e) {
        throw new WireFormatException("the sender is not a member's id", e);
      }
    }
    throw new WireFormatException("a sender's id of " + text.size() + " bytes");
  }

  private static MemberId checkHeader(int version, @Nullable MemberId sender)
      throws WireFormatException {
    if (version == 0 || sender == null) {
      throw new WireFormatException("not an envelope: version and sender do not come first");
    }
    return sender;
  }

  private static int tag(int field, int type) {
    return field << 3 | type;
  }

  /** A message that is ready to travel. Immutable. */
  public static final class Operation {
    private final OperationProto proto;
    private final int size;

    private Operation(OperationProto proto, int size) {
      this.proto = proto;
      this.size = size;
    }

    /** The bytes that it takes in an envelope. */
    public int size() {
      return size;
    }
  }

  /**
   * What an envelope held.
   *
   * @param sender who says that it sent this; to be compared with what the connection proved
   * @param messages in the order in which they were sent
   * @param skipped how many operations were of a kind, or had a status, that this node does not
   *     know
   */
  public record Envelope(MemberId sender, List<Message> messages, int skipped) {}
}
