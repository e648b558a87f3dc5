package io.dynamokv.repair;

import io.dynamokv.ring.Key;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.FoundState;
import io.dynamokv.transport.Message.Status;
import io.dynamokv.transport.Message.WriteReply;
import io.dynamokv.transport.Message.WriteRequest;
import io.dynamokv.version.StateCodec;
import org.jspecify.annotations.Nullable;

/**
 * Makes two nodes' states of one key equal: what the other has, if a {@link Fetch} has brought it,
 * is merged into this node's own; what that comes to is sent, unless the other has it already. Not
 * thread-safe.
 */
final class Exchange implements Exchanges.Asking {
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

  @Override
  public long askedNs() {
    return askedNs;
  }

  /** The other has answered what it has. */
  void found(FoundState found) {
    byte[] state = found.state();
    if (ended) {
      return;
    } else if (found.status() == Status.ABSENT) {
      hashThere = StateCodec.NO_STATE;
      sendOwn();
    } else if (found.status() == Status.OK && state != null) {
      merge(state);
    } else {
      end(Exchanges.End.FAILED);
    }
  }

  private void merge(byte[] state) {
    exchanges.fetched(state.length);
    size(state.length);
    hashThere = StateCodec.hash(state);
    if (!port.merge(key, state, merged -> sendOwn(merged == null, merged))) {
      end(Exchanges.End.BUSY);
    }
  }

  /** Brings the other what this node has. */
  void sendOwn() {
    if (!port.read(key, read -> sendOwn(read.failed(), read.state()))) {
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
      askedNs = port.nanoTime();
      if (exchanges.ask(this, id -> new WriteRequest(id, REQUEST_ID, key.bytes(), own))) {
        exchanges.sent(own.length);
      } else {
        end(Exchanges.End.BUSY);
      }
    }
  }

  @Override
  public void onReply(Message message) {
    if (!(message instanceof WriteReply reply)) {
      end(Exchanges.End.FAILED);
    } else if (reply.status() == Status.OK) {
      end(Exchanges.End.EQUAL);
    } else {
      end(Exchanges.End.ofRefusal(reply.status()));
    }
  }

  private void size(int stateBytes) {
    if (bytes < 0) {
      bytes = stateBytes;
      exchanges.sized(stateBytes);
    }
  }

  /** Ends it, once. */
  @Override
  public void end(Exchanges.End how) {
    if (!ended) {
      ended = true;
      exchanges.ended(this, how);
    }
  }
}
