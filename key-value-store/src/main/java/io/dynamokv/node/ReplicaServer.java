package io.dynamokv.node;

import io.dynamokv.node.LocalReplica.ReadResult;
import io.dynamokv.node.LocalReplica.WriteProgress;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.replica.WriteResult;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.version.StateCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what other members ask of this node's own copy. Thread-safe; waits for nothing. */
final class ReplicaServer {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaServer.class);

  private final LocalReplica local;
  private final Peers peers;

  ReplicaServer(LocalReplica local, Peers peers) {
    this.local = local;
    this.peers = peers;
  }

  void onRequest(MemberId from, Message message) {
    if (message instanceof Message.ReadRequest read) {
      onRead(from, read);
    } else if (message instanceof Message.WriteRequest write) {
      onWrite(
          from,
          write.id(),
          write.requestId(),
          new ReplicaWrite.Merge(Key.of(write.key()), write.state()));
    } else if (message instanceof Message.StandInRequest standIn) {
      onWrite(
          from,
          standIn.id(),
          standIn.requestId(),
          new ReplicaWrite.StandIn(standIn.holder(), Key.of(standIn.key()), standIn.state()));
    }
  }

  private void onRead(MemberId from, Message.ReadRequest request) {
    Key key = Key.of(request.key());
    if (!local.read(key, result -> answer(from, request, replyTo(request, result)))) {
      peers.send(from, new Message.ReadReply(request.id(), Status.OVERLOADED, null));
    }
  }

  /** An answer that is too large to travel, or meets a full queue, leaves room for saying so. */
  private void answer(MemberId from, Message.ReadRequest request, Message reply) {
    if (!peers.send(from, reply)) {
      peers.send(from, new Message.ReadReply(request.id(), Status.OVERLOADED, null));
    }
  }

  private void onWrite(MemberId from, long id, String requestId, ReplicaWrite write) {
    if (!local.write(write, progress -> peers.send(from, replyTo(id, requestId, progress)))) {
      peers.send(from, new Message.WriteReply(id, Status.OVERLOADED));
    }
  }

  private static Message replyTo(Message.ReadRequest request, ReadResult result) {
    if (result instanceof ReadResult.Read read) {
      byte[] state = read.state();
      Status status = statusOf(state, request.knownHash());
      return new Message.ReadReply(request.id(), status, status == Status.OK ? state : null);
    }
    LOG.warn("request {}: this replica could not be read", request.requestId());
    return new Message.ReadReply(request.id(), Status.STORAGE_FAILED, null);
  }

  private static Status statusOf(byte @Nullable [] state, long knownHash) {
    if (state == null) {
      return Status.ABSENT;
    }
    return StateCodec.hash(state) == knownHash ? Status.SAME : Status.OK;
  }

  private static Message replyTo(long id, String requestId, WriteProgress progress) {
    Status status = statusOf(progress);
    if (status != Status.OK) {
      LOG.warn("request {}: this replica did not store it: {}", requestId, status);
    }
    return new Message.WriteReply(id, status);
  }

  private static Status statusOf(WriteProgress progress) {
    if (progress instanceof WriteProgress.Decided decided) {
      return decided.result() instanceof WriteResult.Refused refused
          ? statusOf(refused.refusal())
          : Status.OK;
    }
    return Status.STORAGE_FAILED;
  }

  private static Status statusOf(WriteResult.Refusal refusal) {
    return switch (refusal) {
      case STORAGE_FAILED -> Status.STORAGE_FAILED;
      case HINTS_FULL, NOT_A_HOLDER, NOT_SETTLED -> Status.OVERLOADED;
      case TOO_MANY_SIBLINGS -> Status.TOO_MANY_SIBLINGS;
      case MALFORMED -> Status.MALFORMED;
    };
  }
}
