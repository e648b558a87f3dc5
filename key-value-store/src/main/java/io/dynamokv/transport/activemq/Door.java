package io.dynamokv.transport.activemq;

import io.dynamokv.ring.MemberId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.command.ConnectionInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows who may come in, who is in and who stands outside. Thread-safe. A member has at most one
 * connection for each lane; a newer one takes the place of the older, of which nothing more is
 * heard from then on.
 */
final class Door {
  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  /** Whoever calls has the secret; this node will hear of it soon, if it is a member. */
  private static final String NOT_KNOWN = "it is not known here as a member yet";

  private final ActiveMqTransportSettings settings;
  private final ScheduledExecutorService timer;
  private final TransportMetrics metrics;
  private final RefusalLog refusals;
  private final Strangers<Doorway> strangers;
  private final Map<Seat, Doorway> seats = new HashMap<>();
  // Changed together with the seats; also read alone.
  private final Map<String, Guest> guestsByConnection = new ConcurrentHashMap<>();
  private volatile Set<MemberId> members = Set.of();
  private boolean closed;

  Door(
      ActiveMqTransportSettings settings,
      ScheduledExecutorService timer,
      TransportMetrics metrics,
      RefusalLog refusals) {
    this.settings = settings;
    this.timer = timer;
    this.metrics = metrics;
    this.refusals = refusals;
    this.strangers = new Strangers<>(settings.maxStrangers());
  }

  /** Lets these members in from now on, and no others but to greet. */
  void admit(Set<MemberId> newMembers) {
    members = Set.copyOf(newMembers);
    List<Doorway> leaving = new ArrayList<>();
    synchronized (seats) {
      seats.forEach(
          (seat, doorway) -> {
            if (!isWelcome(seat)) {
              leaving.add(doorway);
            }
          });
    }
    leaving.forEach(doorway -> doorway.showOut("it is no member any more"));
  }

  private boolean isWelcome(Seat seat) {
    return seat.lane() == Lane.GREETINGS || members.contains(seat.member());
  }

  /** Lets a caller stand at the door for a while; another one may have to go for it. */
  void meet(Doorway caller, @Nullable InetAddress address) {
    Doorway leaving = strangers.add(caller, address);
    if (leaving != null) {
      leaving.makeRoom();
    }
  }

  /** A caller is no stranger any more, or has gone. */
  void forget(Doorway caller) {
    strangers.remove(caller);
  }

  /** How many callers have not yet proved to be members. */
  int strangers() {
    return strangers.size();
  }

  /** Who a caller is, if it says so and proves it; or null. */
  @Nullable Guest recognise(ConnectionInfo caller) {
    MemberId member = memberNamed(caller.getUserName());
    Lane lane = laneOf(caller.getClientId());
    String proof = caller.getPassword();
    if (member == null || lane == null || proof == null || caller.getConnectionId() == null) {
      return null;
    }
    Seat seat = new Seat(member, lane);
    MemberId called = lane == Lane.GREETINGS ? ClusterSecret.ANYONE : settings.self();
    return settings.secret().isProof(proof, member, called)
        ? new Guest(seat, caller.getConnectionId().getValue())
        : null;
  }

  private @Nullable MemberId memberNamed(@Nullable String name) {
    if (name == null || !MemberId.isValid(name)) {
      return null;
    }
    MemberId member = new MemberId(name);
    return member.equals(settings.self()) || member.equals(ClusterSecret.ANYONE) ? null : member;
  }

  private static @Nullable Lane laneOf(@Nullable String clientId) {
    for (Lane lane : Lane.values()) {
      if (clientId != null && clientId.startsWith(lane.clientIdPrefix())) {
        return lane;
      }
    }
    return null;
  }

  /**
   * Gives a guest its seat; whoever had it is shown out.
   *
   * @return what there is to object, or null
   */
  @Nullable String seat(Guest guest, Doorway doorway) {
    if (!isWelcome(guest.seat())) {
      return NOT_KNOWN;
    }
    Doorway previous;
    synchronized (seats) {
      if (closed) {
        return "this node closes";
      }
      if (guestsByConnection.containsKey(guest.connectionId())) {
        return "its connection id is taken";
      }
      previous = seats.put(guest.seat(), doorway);
      if (previous != null) {
        guestsByConnection.values().removeIf(other -> other.seat().equals(guest.seat()));
      }
      guestsByConnection.put(guest.connectionId(), guest);
    }
    if (previous != null) {
      previous.showOut("a newer connection of the same member took its place");
    }
    return null;
  }

  void leave(Guest guest, Doorway doorway) {
    synchronized (seats) {
      if (seats.remove(guest.seat(), doorway)) {
        guestsByConnection.remove(guest.connectionId());
      }
    }
  }

  /** Shows everyone out and lets nobody in any more. */
  void close() {
    List<Doorway> guests;
    synchronized (seats) {
      closed = true;
      guests = List.copyOf(seats.values());
      seats.clear();
      guestsByConnection.clear();
    }
    guests.forEach(guest -> guest.showOut("this node closes"));
  }

  /** The member whose connection this is, or null if it is no longer its connection. */
  @Nullable MemberId memberOf(String connectionId) {
    Guest guest = guestsByConnection.get(connectionId);
    return guest == null ? null : guest.seat().member();
  }

  void refused(@Nullable String address, String reason) {
    metrics.connectionsRefused.mark();
    if (reason.equals(NOT_KNOWN)) {
      LOG.debug("refused a connection from {}: {}", address, reason);
      return;
    }
    refusals.refused("a connection from " + address, reason);
  }

  /** Ends the wait for a caller that does not say who it is. */
  ScheduledFuture<?> afterHandshake(Runnable task) {
    return timer.schedule(task, settings.timing().handshake().toMillis(), TimeUnit.MILLISECONDS);
  }

  /** A member's place in one lane. */
  record Seat(MemberId member, Lane lane) {
    /** Where what the member sends is queued. */
    String queue() {
      return lane.queueOf(member);
    }
  }

  /** One connection of a member. */
  record Guest(Seat seat, String connectionId) {}
}
