package io.dynamokv.transport;

import com.google.protobuf.UnsafeByteOperations;
import io.dynamokv.transport.Message.Ending;
import io.dynamokv.transport.Message.ForwardedAnswer;
import io.dynamokv.transport.Message.ForwardedGet;
import io.dynamokv.transport.Message.ForwardedPut;
import io.dynamokv.transport.Message.WantedReplicas;
import io.dynamokv.transport.proto.EndingProto;
import io.dynamokv.transport.proto.ForwardedAnswerProto;
import io.dynamokv.transport.proto.ForwardedGetProto;
import io.dynamokv.transport.proto.ForwardedPutProto;
import io.dynamokv.transport.proto.OperationProto;
import org.jspecify.annotations.Nullable;

/** Maps forwarded requests, and their answers, to their form on the wire and back. Thread-safe. */
final class ForwardMapper {
  private final WireLimits limits;

  ForwardMapper(WireLimits limits) {
    this.limits = limits;
  }

  /** Returns false if it is a message of another kind. */
  boolean toProto(Message message, OperationProto.Builder operation) throws WireFormatException {
    if (message instanceof ForwardedGet get) {
      operation.setForwardedGet(toProto(get));
    } else if (message instanceof ForwardedPut put) {
      operation.setForwardedPut(toProto(put));
    } else if (message instanceof ForwardedAnswer answer) {
      operation.setForwardedAnswer(toProto(answer));
    } else {
      return false;
    }
    return true;
  }

  private ForwardedGetProto toProto(ForwardedGet get) throws WireFormatException {
    limits.checkKey(get.key().length);
    return ForwardedGetProto.newBuilder()
        .setId(get.id())
        .setRequestId(WireLimits.checkText(get.requestId()))
        .setKey(UnsafeByteOperations.unsafeWrap(get.key()))
        .setWanted(get.wanted().number())
        .setStrict(get.wanted().strict())
        .build();
  }

  private ForwardedPutProto toProto(ForwardedPut put) throws WireFormatException {
    limits.checkKey(put.key().length);
    ForwardedPutProto.Builder proto =
        ForwardedPutProto.newBuilder()
            .setId(put.id())
            .setRequestId(WireLimits.checkText(put.requestId()))
            .setKey(UnsafeByteOperations.unsafeWrap(put.key()))
            .setWanted(put.wanted().number())
            .setStrict(put.wanted().strict())
            .setFrom(UnsafeByteOperations.unsafeWrap(put.from()));
    byte[] value = put.value();
    if (value != null) {
      proto.setValue(UnsafeByteOperations.unsafeWrap(value));
    }
    return proto.build();
  }

  private static ForwardedAnswerProto toProto(ForwardedAnswer answer) {
    ForwardedAnswerProto.Builder proto =
        ForwardedAnswerProto.newBuilder()
            .setId(answer.id())
            .setEnding(toProto(answer.ending()))
            .setWanted(answer.wanted())
            .setGot(answer.got());
    byte[] result = answer.result();
    if (result != null) {
      proto.setResult(UnsafeByteOperations.unsafeWrap(result));
    }
    return proto.build();
  }

  private static EndingProto toProto(Ending ending) {
    return switch (ending) {
      case DONE -> EndingProto.ENDING_DONE;
      case STALE -> EndingProto.ENDING_STALE;
      case NOT_ENOUGH_REPLICAS -> EndingProto.ENDING_NOT_ENOUGH_REPLICAS;
      case TIMED_OUT -> EndingProto.ENDING_TIMED_OUT;
      case STORAGE_FAILED -> EndingProto.ENDING_STORAGE_FAILED;
      case OVERLOADED -> EndingProto.ENDING_OVERLOADED;
      case TOO_MANY_SIBLINGS -> EndingProto.ENDING_TOO_MANY_SIBLINGS;
      case NOT_HERE -> EndingProto.ENDING_NOT_HERE;
    };
  }

  ForwardedGet toMessage(ForwardedGetProto proto) throws WireFormatException {
    return new ForwardedGet(
        proto.getId(),
        WireLimits.checkText(proto.getRequestId()),
        limits.toKey(proto.getKey()),
        toWanted(proto.getWanted(), proto.getStrict()));
  }

  ForwardedPut toMessage(ForwardedPutProto proto) throws WireFormatException {
    return new ForwardedPut(
        proto.getId(),
        WireLimits.checkText(proto.getRequestId()),
        limits.toKey(proto.getKey()),
        toWanted(proto.getWanted(), proto.getStrict()),
        proto.getFrom().toByteArray(),
        proto.hasValue() ? proto.getValue().toByteArray() : null);
  }

  /** Null for an ending that this node does not know. */
  static @Nullable ForwardedAnswer toMessage(ForwardedAnswerProto proto) {
    Ending ending = toEnding(proto.getEnding());
    return ending == null
        ? null
        : new ForwardedAnswer(
            proto.getId(),
            ending,
            proto.getWanted(),
            proto.getGot(),
            proto.hasResult() ? proto.getResult().toByteArray() : null);
  }

  private static @Nullable Ending toEnding(EndingProto proto) {
    return switch (proto) {
      case ENDING_DONE -> Ending.DONE;
      case ENDING_STALE -> Ending.STALE;
      case ENDING_NOT_ENOUGH_REPLICAS -> Ending.NOT_ENOUGH_REPLICAS;
      case ENDING_TIMED_OUT -> Ending.TIMED_OUT;
      case ENDING_STORAGE_FAILED -> Ending.STORAGE_FAILED;
      case ENDING_OVERLOADED -> Ending.OVERLOADED;
      case ENDING_TOO_MANY_SIBLINGS -> Ending.TOO_MANY_SIBLINGS;
      case ENDING_NOT_HERE -> Ending.NOT_HERE;
      case ENDING_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  private static WantedReplicas toWanted(int number, boolean strict) throws WireFormatException {
    if (number < 1) {
      throw new WireFormatException("a request that wants " + number + " replicas");
    }
    return new WantedReplicas(number, strict);
  }
}
