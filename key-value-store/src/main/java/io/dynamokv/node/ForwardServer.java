package io.dynamokv.node;

import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.coordination.Quorum;
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
import java.util.function.Consumer;
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

  void onRequest(MemberId from, Message.Forwarded request) {
    LOG.debug("request {} was forwarded by {}", request.requestId(), from);
    Key key = Key.of(request.key());
    int index = Coordinator.indexOf(key.position(), coordinators.size());
    Coordinator coordinator = coordinators.get(index);
    if (!admission.enter(coordinator)) {
      coordinator.metrics().overloaded.mark();
      peers.send(from, ForwardedAnswers.refused(request.id(), true));
      return;
    }
    mailboxes
        .get(index)
        .execute(
            () -> {
              if (request instanceof ForwardedGet get) {
                get(coordinator, from, key, get);
              } else if (request instanceof ForwardedPut put) {
                put(coordinator, recentPuts.get(index), from, key, put);
              }
            });
  }

  private void get(Coordinator coordinator, MemberId from, Key key, ForwardedGet get) {
    Consumer<GetOutcome> answer =
        outcome -> {
          admission.leave();
          // One that is too large to travel, or meets a full queue, leaves room for saying so.
          if (!peers.send(from, ForwardedAnswers.of(get.id(), outcome))) {
            peers.send(from, ForwardedAnswers.refused(get.id(), true));
          }
        };
    if (!coordinator.getHere(key, quorum(get), get.requestId(), answer)) {
      refuse(from, get);
    }
  }

  /** A message may come twice; a second answer would speak of a second write. */
  private void put(
      Coordinator coordinator, RecentIds recent, MemberId from, Key key, ForwardedPut put) {
    if (!recent.add(from, put.id())) {
      admission.leave();
      return;
    }
    Consumer<PutOutcome> answer =
        outcome -> {
          admission.leave();
          peers.send(from, ForwardedAnswers.of(put.id(), outcome));
        };
    Version version = version(put);
    if (version == null
        || !coordinator.putHere(key, version, put.value(), quorum(put), put.requestId(), answer)) {
      refuse(from, put);
    }
  }

  private static @Nullable Version version(ForwardedPut put) {
    try {
      return VersionBytes.decode(put.from());
    } catch (MalformedStateException e) {
      LOG.warn("request {}: what was forwarded has no version", put.requestId());
      return null;
    }
  }

  private void refuse(MemberId from, Message.Forwarded request) {
    admission.leave();
    peers.send(from, ForwardedAnswers.refused(request.id(), false));
  }

  private static Quorum quorum(Message.Forwarded request) {
    return new Quorum(request.wanted().number(), request.wanted().strict());
  }
}
