package io.dynamokv.repair;

import io.dynamokv.ring.Key;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.ReadReply;
import io.dynamokv.transport.Message.ReadRequest;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WriteReply;
import io.dynamokv.transport.Message.WriteRequest;
import io.dynamokv.version.StateCodec;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes two nodes' states of one key equal: what the other has is merged into this node's own; what
 * that comes to is sent, unless the other has it already. Not thread-safe.
 */
final class Exchange {
  private static final String REQUEST_ID = "anti-entropy";

  private final Comparison comparison;
  private final AntiEntropy.Port port;
  private final Key key;

  /** What the other has, or {@link StateCodec#NO_STATE}. */
  private long hashThere;

  Exchange(Comparison comparison, AntiEntropy.Port port, Key key, long hashThere) {
    this.comparison = comparison;
    this.port = port;
    this.key = key;
    this.hashThere = hashThere;
  }

  void begin() {
    if (hashThere == StateCodec.NO_STATE) {
      sendOwn();
    } else {
      ask(id -> new ReadRequest(id, REQUEST_ID, key.bytes(), StateCodec.NO_STATE));
    }
  }

  void onReply(Message message) {
    if (message instanceof ReadReply reply && reply.status() == Status.ABSENT) {
      hashThere = StateCodec.NO_STATE;
      sendOwn();
    } else if (message instanceof ReadReply reply && reply.state() != null) {
      merge(reply.state());
    } else if (message instanceof WriteReply reply) {
      comparison.exchanged(key, reply.status() == Status.OK);
    } else {
      comparison.exchanged(key, false);
    }
  }

  private void merge(byte[] state) {
    comparison.fetched(state.length);
    hashThere = StateCodec.hash(state);
    boolean accepted =
        port.merge(
            key,
            state,
            merged -> {
              if (merged) {
                sendOwn();
              } else {
                comparison.exchanged(key, false);
              }
            });
    if (!accepted) {
      comparison.exchanged(key, false);
    }
  }

  private void sendOwn() {
    boolean accepted = port.read(key, read -> sendOwn(read.failed(), read.state()));
    if (!accepted) {
      comparison.exchanged(key, false);
    }
  }

  private void sendOwn(boolean failed, byte @Nullable [] own) {
    if (failed) {
      comparison.exchanged(key, false);
    } else if (own == null || StateCodec.hash(own) == hashThere) {
      comparison.exchanged(key, true);
    } else {
      comparison.sent(own.length);
      ask(id -> new WriteRequest(id, REQUEST_ID, key.bytes(), own));
    }
  }

  private void ask(LongFunction<Message> message) {
    if (!comparison.ask(this, message)) {
      comparison.exchanged(key, false);
    }
  }
}
