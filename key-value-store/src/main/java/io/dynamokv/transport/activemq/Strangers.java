package io.dynamokv.transport.activemq;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The callers that have not yet proved to be members. Thread-safe. They have a few places of their
 * own, and whoever comes gets one: when all are taken, another caller has to go.
 *
 * <p>A newcomer is never turned away, for it may be a member, which proves it within milliseconds.
 * Who sits longer keeps nobody out. The one to go is the oldest of those from the address with the
 * most places, so that even a flood of callers makes room among its own first.
 */
final class Strangers<C> {
  /** Whoever has one IPv6 address mostly has all that begin with the same so many bytes. */
  private static final int NETWORK_BYTES = 8;

  private final int places;

  /** The oldest first; each with where it calls from. */
  private final Map<C, ByteBuffer> callers = new LinkedHashMap<>();

  Strangers(int places) {
    this.places = places;
  }

  /**
   * Gives a caller a place.
   *
   * @param address where it calls from, or null if that is not known
   * @return who has lost its place for it, and has to go; or null
   */
  synchronized @Nullable C add(C caller, @Nullable InetAddress address) {
    callers.put(caller, networkOf(address));
    if (callers.size() <= places) {
      return null;
    }
    C leaving = oldestFrom(mostFrequentNetwork());
    callers.remove(leaving);
    return leaving;
  }

  /** A caller has proved to be a member, or has gone. */
  synchronized void remove(C caller) {
    callers.remove(caller);
  }

  synchronized int size() {
    return callers.size();
  }

  private static ByteBuffer networkOf(@Nullable InetAddress address) {
    byte[] bytes = address == null ? new byte[0] : address.getAddress();
    return ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, NETWORK_BYTES));
  }

  private ByteBuffer mostFrequentNetwork() {
    Map<ByteBuffer, Integer> counts = new HashMap<>();
    callers.values().forEach(network -> counts.merge(network, 1, Integer::sum));
    int most = counts.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    // Of several with as many, the one that has waited longest.
    return callers.values().stream()
        .filter(network -> counts.getOrDefault(network, 0) == most)
        .findFirst()
        .orElseThrow();
  }

  private C oldestFrom(ByteBuffer network) {
    for (Map.Entry<C, ByteBuffer> caller : callers.entrySet()) {
      if (caller.getValue().equals(network)) {
        return caller.getKey();
      }
    }
    throw new IllegalStateException("nobody calls from there");
  }
}
