package io.dynamokv.transport.memory;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.WireCodec;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A network inside one process, which does exactly what its scheduler and its faults say. For one
 * thread, as are the transports that it hands out: with the same scheduler and faults, everything
 * happens again in the same order.
 *
 * <p>It is as the real one in what a receiver can notice: messages pass through the wire codec;
 * those that are sent at the same time and meet the same fate arrive together; a link stands from a
 * member to another while both are started, and loses what is under way when it breaks. Nothing is
 * told to a receiver before the call that caused it has returned.
 */
public final class InMemoryNetwork {
  private final WireCodec codec;
  private final int maxUnderWay;
  private final Scheduler scheduler;
  private final FaultPolicy faults;
  // Sorted, so that what concerns several members happens in the same order every time.
  private final Map<MemberId, Endpoint> endpoints = new TreeMap<>();
  private final Set<Direction> cut = new HashSet<>();

  /**
   * @param maxUnderWay the most messages between two members in one direction; more are refused
   */
  public InMemoryNetwork(
      WireCodec codec, int maxUnderWay, Scheduler scheduler, FaultPolicy faults) {
    this.codec = codec;
    this.maxUnderWay = maxUnderWay;
    this.scheduler = scheduler;
    this.faults = faults;
  }

  /**
   * Hands out a member's transport, not started.
   *
   * @throws IllegalStateException if the member has one that is not closed
   */
  public Transport join(MemberId member) {
    Endpoint previous = endpoints.get(member);
    if (previous != null && !previous.isClosed()) {
      throw new IllegalStateException(member + " has joined already");
    }
    Endpoint endpoint = new Endpoint(this, member);
    endpoints.put(member, endpoint);
    return endpoint;
  }

  /** Cuts or mends the link from one member to another; the way back is a link of its own. */
  public void setLinked(MemberId from, MemberId to, boolean linked) {
    Direction direction = new Direction(from, to);
    if (linked ? cut.remove(direction) : cut.add(direction)) {
      update(endpoints.get(from), endpoints.get(to));
    }
  }

  /** Makes or breaks all links of a member that was just started or closed. */
  void updateLinks(Endpoint endpoint) {
    for (Endpoint other : endpoints.values()) {
      if (other != endpoint) {
        update(endpoint, other);
        update(other, endpoint);
      }
    }
  }

  private void update(@Nullable Endpoint from, @Nullable Endpoint to) {
    if (from != null && to != null) {
      boolean stands =
          from.isOpen() && to.isOpen() && !cut.contains(new Direction(from.self(), to.self()));
      from.setLink(to, stands);
    }
  }

  WireCodec codec() {
    return codec;
  }

  int maxUnderWay() {
    return maxUnderWay;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  FaultPolicy faults() {
    return faults;
  }

  private record Direction(MemberId from, MemberId to) {}
}
