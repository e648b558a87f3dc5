package io.dynamokv.transport.memory;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.WireCodec;
import io.dynamokv.transport.WireCodec.Envelope;
import io.dynamokv.transport.WireCodec.Operation;
import io.dynamokv.transport.WireFormatException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One link from a member to another, from when it was made to when it breaks; after that nothing
 * that is under way arrives. For one thread.
 */
final class Link {
  private final InMemoryNetwork network;
  private final MemberId from;
  private final Endpoint to;
  private final List<Departure> departing = new ArrayList<>();
  private int underWay;
  private boolean broken;

  Link(InMemoryNetwork network, MemberId from, Endpoint to) {
    this.network = network;
    this.from = from;
    this.to = to;
  }

  void breakUp() {
    broken = true;
  }

  boolean send(Message message) {
    if (underWay >= network.maxUnderWay()) {
      return false;
    }
    try {
      departing.add(new Departure(message, network.codec().prepare(message)));
    } catch (WireFormatException e) {
      return false;
    }
    underWay++;
    if (departing.size() == 1) {
      // What is sent until this runs travels with it.
      network.scheduler().schedule(Duration.ZERO, this::depart);
    }
    return true;
  }

  private void depart() {
    if (broken) {
      return;
    }
    Batch batch = new Batch(List.of());
    for (Departure departure : departing) {
      List<Duration> fate = network.faults().deliveries(from, to.self(), departure.message());
      underWay += fate.size() - 1;
      if (!batch.takes(departure.operation(), fate)) {
        batch.depart();
        batch = new Batch(fate);
      }
      batch.add(departure.operation());
    }
    batch.depart();
    departing.clear();
  }

  private void arrive(byte[] frame, int messages) {
    underWay -= messages;
    if (!broken) {
      to.receive(from, decode(frame).messages());
    }
  }

  private Envelope decode(byte[] frame) {
    try {
      return network.codec().decode(frame, 0, frame.length);
    } catch (WireFormatException e) {
      throw new IllegalStateException("what was encoded here can not be decoded", e);
    }
  }

  private record Departure(Message message, Operation operation) {}

  /** Messages that travel together, since they meet the same fate. */
  private final class Batch {
    private final List<Duration> fate;
    private final List<Operation> operations = new ArrayList<>();
    private int bytes;

    Batch(List<Duration> fate) {
      this.fate = fate;
    }

    boolean takes(Operation operation, List<Duration> itsFate) {
      return fate.equals(itsFate)
          && operations.size() < network.codec().limits().maxOperations()
          && bytes + operation.size() <= network.codec().limits().maxOperationBytes();
    }

    void add(Operation operation) {
      operations.add(operation);
      bytes += operation.size();
    }

    void depart() {
      if (!operations.isEmpty() && !fate.isEmpty()) {
        WireCodec codec = network.codec();
        byte[] frame = codec.encode(from, operations);
        fate.forEach(
            delay -> network.scheduler().schedule(delay, () -> arrive(frame, operations.size())));
      }
    }
  }
}
