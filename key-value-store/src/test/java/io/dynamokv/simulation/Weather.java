package io.dynamokv.simulation;

import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.Message;
import io.dynamokv.transport.memory.FaultPolicy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * How messages fare between nodes: each link delays them, in order for the most part, loses a few
 * and doubles a few; some links swallow everything for a while, others hold everything back.
 */
final class Weather implements FaultPolicy {
  private static final long SHORTEST_DELAY_NS = 50_000;

  private final World world;
  private final ToIntFunction<MemberId> indexOf;
  private final Map<Direction, Long> lastArrivalNs = new HashMap<>();
  private final Map<Direction, Long> swallowsUntilNs = new HashMap<>();
  private final Map<Direction, Long> holdsUntilNs = new HashMap<>();
  private boolean calm;

  private record Direction(MemberId from, MemberId to) {}

  Weather(World world, ToIntFunction<MemberId> indexOf) {
    this.world = world;
    this.indexOf = indexOf;
  }

  /** Lets everything vanish that is sent in a direction for a while. */
  void swallow(MemberId from, MemberId to, long durationNs) {
    swallowsUntilNs.put(new Direction(from, to), world.time.nowNs() + durationNs);
  }

  /** Holds everything back that is sent in a direction for a while. */
  void hold(MemberId from, MemberId to, long durationNs) {
    holdsUntilNs.put(new Direction(from, to), world.time.nowNs() + durationNs);
  }

  /** Only short delays from now on. */
  void calmDown() {
    calm = true;
    swallowsUntilNs.clear();
    holdsUntilNs.clear();
  }

  @Override
  public List<Duration> deliveries(MemberId from, MemberId to, Message message) {
    Direction direction = new Direction(from, to);
    world.onSent(indexOf.applyAsInt(from), indexOf.applyAsInt(to), message);
    world.trace.mix(direction.hashCode());
    if (isLost(direction)) {
      world.met(Situation.MESSAGE_LOST);
      return List.of();
    }
    Duration first = arrival(direction);
    if (!calm && world.chance.happens(world.scenario.duplicateRate())) {
      world.met(Situation.MESSAGE_DUPLICATED);
      return List.of(first, arrival(direction));
    }
    return List.of(first);
  }

  private boolean isLost(Direction direction) {
    return !calm
        && (swallowsUntilNs.getOrDefault(direction, 0L) > world.time.nowNs()
            || world.chance.happens(world.scenario.lossRate()));
  }

  private Duration arrival(Direction direction) {
    long nowNs = world.time.nowNs();
    long departsNs = Math.max(nowNs, holdsUntilNs.getOrDefault(direction, 0L));
    long delayNs = world.chance.durationNs(SHORTEST_DELAY_NS, world.scenario.longestDelayNs());
    long lastNs = lastArrivalNs.getOrDefault(direction, 0L);
    if (!calm && world.chance.happens(world.scenario.disorderRate())) {
      if (departsNs + delayNs < lastNs) {
        world.met(Situation.MESSAGE_OVERTAKEN);
      }
      return Duration.ofNanos(departsNs + delayNs - nowNs);
    }
    long arrivesNs = Math.max(departsNs + delayNs, lastNs);
    lastArrivalNs.put(direction, arrivesNs);
    return Duration.ofNanos(arrivesNs - nowNs);
  }
}
