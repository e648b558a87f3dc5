package io.dynamokv.node;

import io.dynamokv.coordination.Quorum;
import io.dynamokv.replica.ReplicaWrite;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.ForwardedGet;
import io.dynamokv.transport.Message.ForwardedPut;
import io.dynamokv.version.MalformedStateException;
import io.dynamokv.version.Version;
import io.dynamokv.version.VersionBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Coordinates what other nodes forward to this one, under the same limit as what clients bring, and
 * never passes it on. Thread-safe; waits for nothing.
 */
final class ForwardServer {
  private static final Logger LOG = LoggerFactory.getLogger(ForwardServer.class);

  private final List<Coordinator> coordinators;
  private final List<Executor> mailboxes;
  private final List<RecentIds> recentPuts = new ArrayList<>();
  private final Admission admission;
  private final Peers peers;
  private volatile boolean isRefusing;

  /**
   * @param mailboxes those of the coordinators, in the same order
   */
  ForwardServer(
      List<Coordinator> coordinators, List<Executor> mailboxes, Admission admission, Peers peers) {
    this.coordinators = coordinators;
    this.mailboxes = mailboxes;
    this.admission = admission;
    this.peers = peers;
    coordinators.forEach(coordinator -> recentPuts.add(new RecentIds()));
  }

  /** From now on nothing is begun. */
  void refuse() {
    isRefusing = true;
  }

  void onRequest(MemberId from, Message.Forwarded request) {
    LOG.debug("request {} was forwarded by {}", request.requestId(), from);
    Key key = Key.of(request.key());
    int index = Coordinator.indexOf(key.position(), coordinators.size());
    Coordinator coordinator = coordinators.get(index);
    long bytes = bytesOf(request);
    boolean isAdmitted = !isRefusing && admission.enterForwarded(coordinator, bytes);
    if (!isAdmitted) {
      coordinator.metrics().overloaded.mark();
    }
    mailboxes.get(index).execute(() -> begin(index, isAdmitted, from, key, request));
  }

  private static long bytesOf(Message.Forwarded request) {
    byte[] value = request instanceof ForwardedPut put ? put.value() : null;
    return request.key().length + (value == null ? 0 : value.length);
  }

  /**
   * A message may come twice. What is said of a write when it comes first, be it a refusal, is said
   * once: a second answer would speak of a second write.
   */
  private void begin(
      int index, boolean isAdmitted, MemberId from, Key key, Message.Forwarded request) {
    long bytes = bytesOf(request);
    boolean isNew =
        request instanceof ForwardedGet || recentPuts.get(index).add(from, request.id());
    if (!isAdmitted && isNew) {
      peers.send(from, ForwardedAnswers.refused(request.id(), true));
    } else if (isAdmitted && !isNew) {
      admission.leaveForwarded(bytes);
    } else if (isAdmitted && !coordinate(coordinators.get(index), from, key, request, bytes)) {
      admission.leaveForwarded(bytes);
      peers.send(from, ForwardedAnswers.refused(request.id(), false));
    }
  }

  /** Returns false if it can not be coordinated here. */
  private boolean coordinate(
      Coordinator coordinator, MemberId from, Key key, Message.Forwarded request, long bytes) {
    Quorum quorum = new Quorum(request.wanted().number(), request.wanted().strict());
    if (request instanceof ForwardedPut put) {
      Version version = version(put);
      return version != null
          && coordinator.putHere(
              new ReplicaWrite.Coordinate(key, version, put.value()),
              quorum,
              put.requestId(),
              outcome -> {
                admission.leaveForwarded(bytes);
                peers.send(from, ForwardedAnswers.of(put.id(), outcome));
              });
    }
    return coordinator.getHere(
        key,
        quorum,
        request.requestId(),
        outcome -> {
          admission.leaveForwarded(bytes);
          // One that is too large to travel, or meets a full queue, leaves room for saying so.
          if (!peers.send(from, ForwardedAnswers.of(request.id(), outcome))) {
            peers.send(from, ForwardedAnswers.refused(request.id(), true));
          }
        });
  }

  private static @Nullable Version version(ForwardedPut put) {
    try {
      return VersionBytes.decode(put.from());
    } catch (MalformedStateException e) {
      LOG.warn("request {}: what was forwarded has no version", put.requestId());
      return null;
    }
  }
}
