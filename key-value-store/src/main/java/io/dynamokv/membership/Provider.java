package io.dynamokv.membership;

import java.util.Set;

/**
 * Finds out where other members may be met, and lets them find this one. Thread-safe. No call waits
 * for the network, but for {@link #close}.
 */
public interface Provider extends AutoCloseable {
  /**
   * Begins; called once. What can not be reached is tried again, for as long as this is open.
   *
   * @param listener told of all contacts that are known, this node perhaps among them, whenever
   *     they change; on a thread of the provider's
   */
  void start(Listener listener);

  /** Publishes what has become of this node, where the provider publishes such things. */
  void announce(MemberState state);

  /** Stops, and takes back what was published. Takes a few seconds at most. */
  @Override
  void close();

  /** Hears where members may be met. */
  interface Listener {
    void found(Set<Contact> contacts);
  }
}
