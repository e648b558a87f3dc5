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

  private final Exchanges exchanges;
  private final AntiEntropy.Port port;
  private final Key key;
  private final int tries;

  /** What the other has, or {@link StateCodec#NO_STATE}. */
  private long hashThere;

  private final long beganNs;
  private int bytes = -1;
  private long askedNs;
  private boolean ended;

  Exchange(Exchanges exchanges, AntiEntropy.Port port, Key key, long hashThere, int tries) {
    this.exchanges = exchanges;
    this.port = port;
    this.key = key;
    this.hashThere = hashThere;
    this.tries = tries;
    this.beganNs = port.nanoTime();
  }

  Key key() {
    return key;
  }

  long hashThere() {
    return hashThere;
  }

  /** How often this key was begun with. */
  int tries() {
    return tries;
  }

  /** The bytes of the state that is being moved; negative while that is not known. */
  int bytes() {
    return bytes;
  }

  long beganNs() {
    return beganNs;
  }

  /** When it last asked the other something. */
  long askedNs() {
    return askedNs;
  }

  /**
   * @param fetches whether this node wants what the other has
   */
  void begin(boolean fetches) {
    if (!fetches || hashThere == StateCodec.NO_STATE) {
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
    } else if (message instanceof ReadReply reply) {
      end(endOf(reply.status()));
    } else if (message instanceof WriteReply reply) {
      end(endOf(reply.status()));
    } else {
      end(Exchanges.End.FAILED);
    }
  }

  private static Exchanges.End endOf(Status status) {
    return switch (status) {
      case OK, SAME, ABSENT -> Exchanges.End.EQUAL;
      case OVERLOADED -> Exchanges.End.BUSY;
      case STORAGE_FAILED, TOO_MANY_SIBLINGS, MALFORMED -> Exchanges.End.FAILED;
    };
  }

  private void merge(byte[] state) {
    exchanges.fetched(state.length);
    size(state.length);
    long hash = StateCodec.hash(state);
    boolean accepted =
        port.merge(
            key,
            state,
            merged -> {
              if (merged) {
                hashThere = hash;
                sendOwn();
              } else {
                end(Exchanges.End.FAILED);
              }
            });
    if (!accepted) {
      end(Exchanges.End.BUSY);
    }
  }

  private void sendOwn() {
    if (!ended && !port.read(key, read -> sendOwn(read.failed(), read.state()))) {
      end(Exchanges.End.BUSY);
    }
  }

  private void sendOwn(boolean failed, byte @Nullable [] own) {
    if (ended) {
      return;
    } else if (failed) {
      end(Exchanges.End.FAILED);
    } else if (own == null || StateCodec.hash(own) == hashThere) {
      end(Exchanges.End.EQUAL);
    } else {
      size(own.length);
      if (ask(id -> new WriteRequest(id, REQUEST_ID, key.bytes(), own))) {
        exchanges.sent(own.length);
      }
    }
  }

  private void size(int stateBytes) {
    if (bytes < 0) {
      bytes = stateBytes;
      exchanges.sized(stateBytes);
    }
  }

  private boolean ask(LongFunction<Message> message) {
    askedNs = port.nanoTime();
    boolean isAsked = exchanges.ask(this, message);
    if (!isAsked) {
      end(Exchanges.End.BUSY);
    }
    return isAsked;
  }

  /** Ends it, once. */
  void end(Exchanges.End how) {
    if (!ended) {
      ended = true;
      exchanges.ended(this, how);
    }
  }
}
