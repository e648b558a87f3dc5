package io.dynamokv.repair;

import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message.CollectReply;
import io.dynamokv.transport.Message.CollectRequest;
import io.dynamokv.transport.Message.KeyHash;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Says whether this node needs tombstones any more, and removes those that nobody needs. Not
 * thread-safe: everything happens in one mailbox. It waits for nothing.
 */
final class CollectionServer {
  private final Collection.Port port;
  private final Calm calm;

  CollectionServer(Collection.Port port, Calm calm) {
    this.port = port;
    this.calm = calm;
  }

  void onRequest(MemberId from, CollectRequest request) {
    answer(request, reply -> port.send(from, reply));
  }

  /**
   * Answers when all keys have been looked at, and what is agreed to is on the medium.
   *
   * @param done told the answer, once
   */
  void answer(CollectRequest request, Consumer<CollectReply> done) {
    List<Integer> disagreed = new ArrayList<>();
    int[] open = {request.keys().size()};
    if (open[0] == 0) {
      done.accept(reply(request, disagreed));
    }
    for (int i = 0; i < request.keys().size(); i++) {
      int number = i;
      Consumer<Boolean> looked =
          agrees -> {
            if (!agrees) {
              disagreed.add(number);
            }
            if (--open[0] == 0) {
              done.accept(reply(request, disagreed));
            }
          };
      if (!look(request.agreed(), request.keys().get(i), looked)) {
        looked.accept(false);
      }
    }
  }

  private boolean look(boolean agreed, KeyHash tombstone, Consumer<Boolean> looked) {
    Key key = Key.of(tombstone.key());
    return agreed
        ? port.collect(key, tombstone.hash(), looked)
        : port.check(key, tombstone.hash(), looked);
  }

  private CollectReply reply(CollectRequest request, List<Integer> disagreed) {
    return new CollectReply(request.id(), TimeUnit.NANOSECONDS.toMillis(calm.lastsNs()), disagreed);
  }
}
