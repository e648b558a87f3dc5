package io.dynamokv.transport.memory;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import java.time.Duration;
import java.util.List;

/** Decides what becomes of each message on an {@link InMemoryNetwork}. */
@FunctionalInterface
public interface FaultPolicy {
  /**
   * When a message arrives, counted from now: once for each entry. None: it is lost. Two: it is
   * delivered twice. Delays that differ from one message to the next change their order.
   */
  List<Duration> deliveries(MemberId from, MemberId to, Message message);

  /** Every message arrives once, after the same delay. */
  static FaultPolicy none(Duration delay) {
    List<Duration> once = List.of(delay);
    return (from, to, message) -> once;
  }
}
