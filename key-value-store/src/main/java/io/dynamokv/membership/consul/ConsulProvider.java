package io.dynamokv.membership.consul;

import io.dynamokv.membership.Member;
import io.dynamokv.membership.MemberState;
import io.dynamokv.membership.Provider;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.kiwiproject.consul.Consul;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds members in Consul, and registers this node there. Thread-safe; has two threads, one that
 * registers and one that waits for changes.
 *
 * <p>A Consul that can not be reached, or that refuses, is tried again for as long as this is open;
 * the contacts that were found before stay as they are. Nothing but {@link #close} waits for it.
 */
public final class ConsulProvider implements Provider {
  private static final Logger LOG = LoggerFactory.getLogger(ConsulProvider.class);
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration READ = Duration.ofSeconds(5);

  /** Of {@link #close}, all in all. */
  private static final Duration CLOSING = Duration.ofSeconds(3);

  /** Of {@link #close}, for a registration that is under way. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private static final Duration FAREWELL_CONNECT = Duration.ofMillis(500);
  private static final Duration FAREWELL_READ = Duration.ofMillis(1500);

  private final ConsulSettings settings;
  private final String cluster;
  private final RandomGenerator random;
  private final Consul agent;
  private final Consul health;
  private final Consul farewell;
  private final Reachability reachability;
  private final Registration registration;
  private final Loop registering;
  private @Nullable Loop watching;
  private boolean closed;

  /**
   * @param cluster nodes that registered with another name are left alone; 1 to 64 letters, digits,
   *     dots, dashes or underscores
   * @param self this node, registered as joining until something else is announced
   * @param nodeId the identity of its data folder
   * @param random spreads the attempts to reach Consul; thread-safe
   * @throws IllegalArgumentException if the cluster has no such name
   */
  public ConsulProvider(
      ConsulSettings settings, String cluster, Member self, long nodeId, RandomGenerator random) {
    ServiceRecord record = new ServiceRecord(cluster, self, MemberState.JOINING, nodeId);
    this.settings = settings;
    this.cluster = cluster;
    this.random = random;
    this.agent = ConsulClients.open(settings, CONNECT, READ);
    this.health = ConsulClients.open(settings, CONNECT, READ);
    this.farewell = ConsulClients.open(settings, FAREWELL_CONNECT, FAREWELL_READ);
    this.reachability = new Reachability(settings.url());
    this.registration =
        new Registration(settings, record, agent.agentClient(), farewell.agentClient());
    this.registering = loop("register this node", "consul-registration", registration);
  }

  /**
   * @throws IllegalStateException if this was started or closed before
   */
  @Override
  public synchronized void start(Listener listener) {
    if (watching != null || closed) {
      throw new IllegalStateException("started or closed before");
    }
    Watch watch =
        new Watch(health.healthClient(), settings.service(), new ContactReader(cluster), listener);
    watching = loop("find members", "consul-watch", watch);
    watching.start();
    registering.start();
  }

  @Override
  public void announce(MemberState state) {
    registration.announce(state);
    registering.wake();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (watching != null) {
        end(watching);
      }
    } catch (InterruptedException e) {
      LOG.warn("interrupted while closing");
      Thread.currentThread().interrupt();
    } finally {
      agent.destroy();
      health.destroy();
      farewell.destroy();
    }
  }

  private void end(Loop started) throws InterruptedException {
    long dueNanos = System.nanoTime() + CLOSING.toNanos();
    started.end();
    registering.end();
    // First what others can see.
    registering.awaitEnd(PATIENCE, agent::destroy, dueNanos);
    started.awaitEnd(Duration.ZERO, health::destroy, dueNanos);
  }

  private Loop loop(String task, String name, Loop.Step step) {
    Loop.Listener listener =
        new Loop.Listener() {
          @Override
          public void worked() {
            reachability.worked(task);
          }

          @Override
          public void failed(RuntimeException failure) {
            LOG.debug("could not {}", task, failure);
            reachability.failed(task, Trouble.of(failure, settings.aclToken()));
          }
        };
    return new Loop(name, step, listener, random);
  }
}
