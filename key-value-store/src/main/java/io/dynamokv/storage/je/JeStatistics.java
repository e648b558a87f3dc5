package io.dynamokv.storage.je;

import com.codahale.metrics.CachedGauge;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.sleepycat.je.DatabaseException;
import com.sleepycat.je.Environment;
import com.sleepycat.je.EnvironmentStats;
import com.sleepycat.je.StatsConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What JE counts, as gauges. Thread-safe. One snapshot serves all gauges for some seconds, because
 * taking one costs JE about as much as a hundred reads. A gauge never throws, or one failed folder
 * would silence every metric of its node: it shows the last snapshot that could be taken.
 */
final class JeStatistics implements AutoCloseable {
  static final Duration SNAPSHOT_AGE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(JeStatistics.class);

  private final MetricRegistry metrics;
  private final List<String> names = new ArrayList<>();
  private final CachedGauge<EnvironmentStats> snapshot;

  JeStatistics(Environment environment, MetricRegistry metrics) {
    this.metrics = metrics;
    this.snapshot = new Snapshot(environment);
    count("cache.bytes", EnvironmentStats::getCacheTotalBytes);
    count("cache.misses", EnvironmentStats::getNCacheMiss);
    count("log.writes", stats -> stats.getNSequentialWrites() + stats.getNRandomWrites());
    count(
        "log.written-bytes",
        stats -> stats.getNSequentialWriteBytes() + stats.getNRandomWriteBytes());
    count("log.fsyncs", EnvironmentStats::getNLogFSyncs);
    count("log.bytes", EnvironmentStats::getTotalLogSize);
    count("cleaner.backlog", EnvironmentStats::getCleanerBacklog);
    count("cleaner.runs", EnvironmentStats::getNCleanerRuns);
    count("checkpoints", EnvironmentStats::getNCheckpoints);
  }

  /** Adds a gauge of the storage's own. */
  void gauge(String name, Gauge<Long> gauge) {
    String full = MetricRegistry.name("storage", name);
    metrics.register(full, gauge);
    names.add(full);
  }

  /** Whether JE has room for writes, as far as it knew at the last snapshot. */
  boolean hasRoom() {
    return snapshot.getValue().getAvailableLogSize() > 0;
  }

  /** Takes the gauges out of the registry. */
  @Override
  public void close() {
    names.forEach(metrics::remove);
  }

  private void count(String name, ToLongFunction<EnvironmentStats> value) {
    gauge(name, () -> value.applyAsLong(snapshot.getValue()));
  }

  private static final class Snapshot extends CachedGauge<EnvironmentStats> {
    private final Environment environment;
    private volatile EnvironmentStats last;

    Snapshot(Environment environment) {
      super(SNAPSHOT_AGE.toSeconds(), TimeUnit.SECONDS);
      this.environment = environment;
      this.last = take();
    }

    @Override
    protected EnvironmentStats loadValue() {
      try {
        last = take();
      } catch (DatabaseException | IllegalStateException e) {
        LOG.debug("The environment was closed or has failed; its last statistics stay", e);
      }
      return last;
    }

    private EnvironmentStats take() {
      return environment.getStats(new StatsConfig().setFast(true));
    }
  }
}
