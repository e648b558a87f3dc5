package io.dynamokv.simulation;

import io.dynamokv.transport.Message;
import java.util.HashMap;
import java.util.Map;

/** Notes which requests one node has had another coordinate. It watches, and forbids nothing. */
final class Forwarding implements Invariant {
  private final World world;
  private final Cluster cluster;
  private final Map<String, Operation> operations = new HashMap<>();

  Forwarding(World world, Cluster cluster) {
    this.world = world;
    this.cluster = cluster;
  }

  @Override
  public void onBegun(Operation operation) {
    operations.put(Requests.idOf(operation), operation);
  }

  @Override
  public void onSent(int from, int to, Message message) {
    if (message instanceof Message.Forwarded request) {
      Operation operation = operations.get(request.requestId());
      if (operation == null) {
        throw new IllegalStateException("nobody has begun " + request.requestId());
      }
      operation.forwarded = true;
      cluster.forwarded(operation);
      world.met(operation.isWrite() ? Situation.WRITE_FORWARDED : Situation.READ_FORWARDED);
    }
  }
}
