package io.dynamokv.transport;

import com.google.protobuf.UnsafeByteOperations;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message.Gossip;
import io.dynamokv.transport.Message.Heartbeat;
import io.dynamokv.transport.Message.ReadReply;
import io.dynamokv.transport.Message.ReadRequest;
import io.dynamokv.transport.Message.RosterProgress;
import io.dynamokv.transport.Message.StandInRequest;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WriteReply;
import io.dynamokv.transport.Message.WriteRequest;
import io.dynamokv.transport.proto.GossipProto;
import io.dynamokv.transport.proto.HeartbeatProto;
import io.dynamokv.transport.proto.OperationProto;
import io.dynamokv.transport.proto.ReadReplyProto;
import io.dynamokv.transport.proto.ReadRequestProto;
import io.dynamokv.transport.proto.StandInRequestProto;
import io.dynamokv.transport.proto.StatusProto;
import io.dynamokv.transport.proto.WriteReplyProto;
import io.dynamokv.transport.proto.WriteRequestProto;
import org.jspecify.annotations.Nullable;

/**
 * Maps each kind of message to its form on the wire and back, and holds both ways to the limits.
 * Thread-safe. Arrays are wrapped on the way out and copied once on the way in.
 */
final class OperationMapper {
  private final WireLimits limits;
  private final ComparisonMapper comparisons;
  private final ForwardMapper forwards;

  OperationMapper(WireLimits limits) {
    this.limits = limits;
    this.comparisons = new ComparisonMapper(limits);
    this.forwards = new ForwardMapper(limits);
  }

  OperationProto toProto(Message message) throws WireFormatException {
    OperationProto.Builder operation = OperationProto.newBuilder();
    if (message instanceof ReadRequest request) {
      operation.setReadRequest(toProto(request));
    } else if (message instanceof ReadReply reply) {
      operation.setReadReply(toProto(reply));
    } else if (message instanceof WriteRequest request) {
      operation.setWriteRequest(toProto(request));
    } else if (message instanceof StandInRequest request) {
      operation.setStandInRequest(toProto(request));
    } else if (message instanceof WriteReply reply) {
      operation.setWriteReply(
          WriteReplyProto.newBuilder().setId(reply.id()).setStatus(toProto(reply.status())));
    } else if (message instanceof Heartbeat heartbeat) {
      operation.setHeartbeat(toProto(heartbeat));
    } else if (message instanceof Gossip gossip) {
      operation.setGossip(
          GossipProto.newBuilder()
              .setRoster(UnsafeByteOperations.unsafeWrap(gossip.roster()))
              .setWantsAnswer(gossip.wantsAnswer()));
    } else if (!forwards.toProto(message, operation)) {
      comparisons.toProto(message, operation);
    }
    return operation.build();
  }

  private ReadRequestProto toProto(ReadRequest request) throws WireFormatException {
    checkKey(request.key().length);
    return ReadRequestProto.newBuilder()
        .setId(request.id())
        .setRequestId(WireLimits.checkText(request.requestId()))
        .setKey(UnsafeByteOperations.unsafeWrap(request.key()))
        .setKnownHash(request.knownHash())
        .build();
  }

  private static ReadReplyProto toProto(ReadReply reply) {
    ReadReplyProto.Builder proto =
        ReadReplyProto.newBuilder().setId(reply.id()).setStatus(toProto(reply.status()));
    if (reply.state() != null) {
      proto.setState(UnsafeByteOperations.unsafeWrap(reply.state()));
    }
    return proto.build();
  }

  private WriteRequestProto toProto(WriteRequest request) throws WireFormatException {
    checkKey(request.key().length);
    return WriteRequestProto.newBuilder()
        .setId(request.id())
        .setRequestId(WireLimits.checkText(request.requestId()))
        .setKey(UnsafeByteOperations.unsafeWrap(request.key()))
        .setState(UnsafeByteOperations.unsafeWrap(request.state()))
        .build();
  }

  private StandInRequestProto toProto(StandInRequest request) throws WireFormatException {
    checkKey(request.key().length);
    return StandInRequestProto.newBuilder()
        .setId(request.id())
        .setRequestId(WireLimits.checkText(request.requestId()))
        .setKey(UnsafeByteOperations.unsafeWrap(request.key()))
        .setState(UnsafeByteOperations.unsafeWrap(request.state()))
        .setHolder(request.holder().value())
        .build();
  }

  private static HeartbeatProto toProto(Heartbeat heartbeat) throws WireFormatException {
    return HeartbeatProto.newBuilder()
        .setCluster(WireLimits.checkText(heartbeat.cluster()))
        .setPartitions(heartbeat.partitions())
        .setReplicas(heartbeat.replicas())
        .setRing(heartbeat.ring())
        .setNodeId(heartbeat.nodeId())
        .setIncarnation(heartbeat.incarnation())
        .setSequence(heartbeat.sequence())
        .setRosterHash(heartbeat.progress().rosterHash())
        .setPlan(heartbeat.progress().plan())
        .setReady(heartbeat.progress().ready())
        .build();
  }

  static StatusProto toProto(Status status) {
    return switch (status) {
      case OK -> StatusProto.STATUS_OK;
      case SAME -> StatusProto.STATUS_SAME;
      case ABSENT -> StatusProto.STATUS_ABSENT;
      case STORAGE_FAILED -> StatusProto.STATUS_STORAGE_FAILED;
      case OVERLOADED -> StatusProto.STATUS_OVERLOADED;
      case TOO_MANY_SIBLINGS -> StatusProto.STATUS_TOO_MANY_SIBLINGS;
      case MALFORMED -> StatusProto.STATUS_MALFORMED;
    };
  }

  /** Null for an operation of a kind, or with a status, that this node does not know. */
  @Nullable Message toMessage(OperationProto operation) throws WireFormatException {
    return switch (operation.getKindCase()) {
      case READ_REQUEST -> toMessage(operation.getReadRequest());
      case READ_REPLY -> toMessage(operation.getReadReply());
      case WRITE_REQUEST -> toMessage(operation.getWriteRequest());
      case STAND_IN_REQUEST -> toMessage(operation.getStandInRequest());
      case WRITE_REPLY -> toMessage(operation.getWriteReply());
      case HEARTBEAT -> toMessage(operation.getHeartbeat());
      case GOSSIP ->
          new Gossip(
              operation.getGossip().getRoster().toByteArray(),
              operation.getGossip().getWantsAnswer());
      case COMPARE_REQUEST -> comparisons.toMessage(operation.getCompareRequest());
      case COMPARE_REPLY -> comparisons.toMessage(operation.getCompareReply());
      case KEYS_REQUEST -> comparisons.toMessage(operation.getKeysRequest());
      case KEYS_REPLY -> comparisons.toMessage(operation.getKeysReply());
      case STATES_REQUEST -> comparisons.toMessage(operation.getStatesRequest());
      case STATES_REPLY -> comparisons.toMessage(operation.getStatesReply());
      case COLLECT_REQUEST -> comparisons.toMessage(operation.getCollectRequest());
      case COLLECT_REPLY -> comparisons.toMessage(operation.getCollectReply());
      case FORWARDED_GET -> forwards.toMessage(operation.getForwardedGet());
      case FORWARDED_PUT -> forwards.toMessage(operation.getForwardedPut());
      case FORWARDED_ANSWER -> ForwardMapper.toMessage(operation.getForwardedAnswer());
      case KIND_NOT_SET -> null;
    };
  }

  private ReadRequest toMessage(ReadRequestProto proto) throws WireFormatException {
    return new ReadRequest(
        proto.getId(),
        WireLimits.checkText(proto.getRequestId()),
        limits.toKey(proto.getKey()),
        proto.getKnownHash());
  }

  private static @Nullable ReadReply toMessage(ReadReplyProto proto) {
    Status status = toStatus(proto.getStatus());
    return status == null
        ? null
        : new ReadReply(
            proto.getId(), status, proto.hasState() ? proto.getState().toByteArray() : null);
  }

  private WriteRequest toMessage(WriteRequestProto proto) throws WireFormatException {
    return new WriteRequest(
        proto.getId(),
        WireLimits.checkText(proto.getRequestId()),
        limits.toKey(proto.getKey()),
        proto.getState().toByteArray());
  }

  private StandInRequest toMessage(StandInRequestProto proto) throws WireFormatException {
    return new StandInRequest(
        proto.getId(),
        WireLimits.checkText(proto.getRequestId()),
        limits.toKey(proto.getKey()),
        proto.getState().toByteArray(),
        toMember(proto.getHolder()));
  }

  private static MemberId toMember(String text) throws WireFormatException {
    try {
      return new MemberId(text);
    } catch (IllegalArgumentException e) {
      throw new WireFormatException("a holder that is not a member's id", e);
    }
  }

  private static @Nullable WriteReply toMessage(WriteReplyProto proto) {
    Status status = toStatus(proto.getStatus());
    return status == null ? null : new WriteReply(proto.getId(), status);
  }

  private static Heartbeat toMessage(HeartbeatProto proto) throws WireFormatException {
    return new Heartbeat(
        WireLimits.checkText(proto.getCluster()),
        proto.getPartitions(),
        proto.getReplicas(),
        proto.getRing(),
        proto.getNodeId(),
        proto.getIncarnation(),
        proto.getSequence(),
        new RosterProgress(proto.getRosterHash(), proto.getPlan(), proto.getReady()));
  }

  static @Nullable Status toStatus(StatusProto proto) {
    return switch (proto) {
      case STATUS_OK -> Status.OK;
      case STATUS_SAME -> Status.SAME;
      case STATUS_ABSENT -> Status.ABSENT;
      case STATUS_STORAGE_FAILED -> Status.STORAGE_FAILED;
      case STATUS_OVERLOADED -> Status.OVERLOADED;
      case STATUS_TOO_MANY_SIBLINGS -> Status.TOO_MANY_SIBLINGS;
      case STATUS_MALFORMED -> Status.MALFORMED;
      case STATUS_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  private void checkKey(int length) throws WireFormatException {
    limits.checkKey(length);
  }
}
