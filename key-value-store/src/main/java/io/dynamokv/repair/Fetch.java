package io.dynamokv.repair;

import io.dynamokv.transport.Message;
import io.dynamokv.transport.Message.StatesReply;
import io.dynamokv.transport.Message.StatesRequest;
import io.dynamokv.transport.Message.Status;
import java.util.List;

/**
 * Asks the other for its states of some keys, all at once; from then on each {@link Exchange} goes
 * its own way. What had no room in the answer waits again. Not thread-safe.
 */
final class Fetch implements Exchanges.Asking {
  private final Exchanges exchanges;
  private final AntiEntropy.Port port;
  private final List<Exchange> wanted;
  private long askedNs;

  Fetch(Exchanges exchanges, AntiEntropy.Port port, List<Exchange> wanted) {
    this.exchanges = exchanges;
    this.port = port;
    this.wanted = wanted;
  }

  void begin() {
    askedNs = port.nanoTime();
    List<byte[]> keys = wanted.stream().map(exchange -> exchange.key().bytes()).toList();
    if (!exchanges.ask(this, id -> new StatesRequest(id, keys))) {
      end(Exchanges.End.BUSY);
    }
  }

  @Override
  public void onReply(Message message) {
    if (!(message instanceof StatesReply reply)) {
      end(Exchanges.End.FAILED);
    } else if (reply.status() != Status.OK) {
      end(Exchanges.End.ofRefusal(reply.status()));
    } else if (reply.found().isEmpty() || reply.found().size() > wanted.size()) {
      end(Exchanges.End.FAILED);
    } else {
      found(reply);
    }
  }

  private void found(StatesReply reply) {
    int found = reply.found().size();
    for (int i = wanted.size() - 1; i >= found; i--) {
      exchanges.postpone(wanted.get(i));
    }
    for (int i = 0; i < found; i++) {
      wanted.get(i).found(reply.found().get(i));
    }
  }

  @Override
  public long askedNs() {
    return askedNs;
  }

  @Override
  public void end(Exchanges.End how) {
    wanted.forEach(exchange -> exchange.end(how));
  }
}
