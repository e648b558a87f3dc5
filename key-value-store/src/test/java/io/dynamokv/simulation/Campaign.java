package io.dynamokv.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** Runs many seeds, as many at once as there are processors, and adds up what they came across. */
final class Campaign {
  /** So many are run before the time is looked at. */
  private static final long BATCH = 32;

  private static final long TELL_EVERY_NS = TimeUnit.SECONDS.toNanos(10);

  private final Map<Situation, Integer> situations = new EnumMap<>(Situation.class);
  private final long startedNs = System.nanoTime();
  private long toldNs = startedNs;
  private long runs;
  private long requests;
  private long events;

  /**
   * Runs seeds from the first on, for as many as there are to be or as long as there is time.
   *
   * @throws SimulationFailure soon after a seed with which something does not hold
   */
  static Campaign run(long firstSeed, long count, long minutes) {
    return run(firstSeed, count, minutes, Simulation::run);
  }

  /** The same with runs of another kind. */
  static Campaign run(
      long firstSeed, long count, long minutes, LongFunction<Simulation.Report> kind) {
    Campaign campaign = new Campaign();
    long endNs = campaign.startedNs + TimeUnit.MINUTES.toNanos(minutes);
    for (long done = 0; done < count || System.nanoTime() - endNs < 0; done += BATCH) {
      long batch = done < count ? Math.min(BATCH, count - done) : BATCH;
      LongStream.range(firstSeed + done, firstSeed + done + batch)
          .parallel()
          .mapToObj(kind)
          .toList()
          .forEach(campaign::add);
    }
    return campaign;
  }

  private void add(Simulation.Report report) {
    runs++;
    requests += report.requests();
    events += report.events();
    report.situations().forEach((met, times) -> situations.merge(met, times, Integer::sum));
    if (System.nanoTime() - toldNs > TELL_EVERY_NS) {
      toldNs = System.nanoTime();
      System.out.println(this);
    }
  }

  /** How often something happened that should happen now and then. */
  Map<Situation, Integer> situations() {
    return situations;
  }

  @Override
  public String toString() {
    double minutes = (System.nanoTime() - startedNs) / 60e9;
    return "%d seeds, %d requests, %d events; %.0f seeds a minute"
        .formatted(runs, requests, events, runs / minutes);
  }
}
