package io.dynamokv.transport.activemq;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import io.dynamokv.ring.MemberId;
import io.dynamokv.transport.TransportException;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageListener;
import jakarta.jms.Session;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.region.policy.PolicyEntry;
import org.apache.activemq.broker.region.policy.PolicyMap;
import org.apache.activemq.broker.region.policy.VMPendingQueueMessageStoragePolicy;
import org.apache.activemq.transport.RequestTimedOutIOException;
import org.apache.activemq.usage.SystemUsage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's own broker: a queue in memory and a consumer inside the process for each peer and
 * lane, and a door for the peers. Started once and stopped once.
 *
 * <p>The thread that reads a peer's connection also puts the envelope on the queue, takes it off
 * and calls the listener: no thread is woken in between. What can not be handled as fast as it
 * comes waits in memory up to a limit; beyond that the broker refuses envelopes and says so, where
 * by default it would let the sender hang.
 */
final class EmbeddedBroker {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);

  /** Envelopes that the consumer may hold unacknowledged; it acknowledges them in groups. */
  private static final int PREFETCH = 100;

  /** At the first envelope after this time all before it are acknowledged. */
  private static final long ACKNOWLEDGE_AFTER_MS = 5;

  /** After this time they are acknowledged without another one. */
  private static final long ACKNOWLEDGE_AT_THE_LATEST_MS = 50;

  /** Nothing but threads of this process is waited for. */
  private static final int CONNECT_TIMEOUT_MS = 3_000;

  private static final int CONNECT_ATTEMPTS = 5;

  /** Room for what can come in between, where frames are small. */
  private static final long MIN_QUEUE_BYTES = 8 << 20;

  private static final long MORE_FOR_EACH_PEER_BYTES = 1 << 20;

  private final ActiveMqTransportSettings settings;
  private final Door door;
  private final BrokerService broker = new BrokerService();
  private volatile @Nullable GuardedConnector connector;
  private @Nullable MessageListener listener;
  private final Map<String, Connection> consumers = new HashMap<>();

  EmbeddedBroker(ActiveMqTransportSettings settings, Door door) {
    this.settings = settings;
    this.door = door;
  }

  /**
   * Takes the port; callers wait there until {@link #open}.
   *
   * @throws TransportException if the port can not be had, or the broker does not start
   */
  void start(MessageListener listener) {
    try {
      configure();
      bind();
      broker.start();
      this.listener = listener;
      consume(Lane.GREETINGS.queueOf(settings.self()));
    } catch (Exception e) {
      throw stopped(e);
    }
  }

  /**
   * Lets callers in: what they bring may be told at once.
   *
   * @throws TransportException if that does not work
   */
  void open() {
    try {
      requireNonNull(connector).start();
    } catch (Exception e) {
      throw stopped(e);
    }
  }

  private TransportException stopped(Exception because) {
    stop();
    return new TransportException(
        "can not open the messaging port "
            + settings.bind().port()
            + " on "
            + settings.bind().host()
            + ": "
            + Throwables.getRootCause(because).getMessage(),
        because);
  }

  /** How many connections the door has at present. */
  int connections() {
    GuardedConnector bound = connector;
    return bound == null ? 0 : bound.getConnections().size();
  }

  /** How many callers found the door full. */
  long turnedAway() {
    GuardedConnector bound = connector;
    return bound == null ? 0 : bound.getMaxConnectionExceededCount();
  }

  /**
   * Lets everything go: the port at once, the rest when the listener has returned; it is not called
   * again. What could not be stopped cleanly is logged.
   */
  void stop() {
    GuardedConnector bound = connector;
    if (bound != null) {
      stop("listening", () -> bound.getServer().stop());
    }
    closeConsumers(queue -> true);
    stop("the broker", broker::stop);
  }

  private static void stop(String what, Stop stop) {
    try {
      stop.run();
    } catch (Exception e) {
      LOG.warn("stopping {} failed: {}", what, e.toString());
      LOG.debug("stopping {} failed", what, e);
    }
  }

  private void configure() {
    // Brokers of one process share a table of names.
    broker.setBrokerName("dynamo-kv-" + UUID.randomUUID());
    broker.setPersistent(false);
    broker.setUseJmx(false);
    broker.setAdvisorySupport(false);
    broker.setEnableStatistics(false);
    broker.setSchedulerSupport(false);
    broker.setUseShutdownHook(false);
    broker.setUseVirtualTopics(false);
    broker.setPopulateJMSXUserID(false);
    broker.setMonitorConnectionSplits(false);
    broker.setDestinationPolicy(policies());
    limitMemory(broker.getSystemUsage());
  }

  private PolicyMap policies() {
    PolicyEntry policy = new PolicyEntry();
    policy.setPendingQueuePolicy(new VMPendingQueueMessageStoragePolicy());
    policy.setOptimizedDispatch(true);
    policy.setMemoryLimit(queueBytes());
    policy.setProducerFlowControl(true);
    policy.setEnableAudit(false);
    policy.setExpireMessagesPeriod(0);
    policy.setGcInactiveDestinations(false);
    policy.setReduceMemoryFootprint(false);
    policy.setUseConsumerPriority(false);
    PolicyMap policies = new PolicyMap();
    policies.setDefaultEntry(policy);
    return policies;
  }

  private void limitMemory(SystemUsage usage) {
    usage.setSendFailIfNoSpace(true);
    usage.getMemoryUsage().setLimit(memoryFor(settings.peers().size()));
  }

  private long memoryFor(int peers) {
    return 2 * queueBytes() + peers * MORE_FOR_EACH_PEER_BYTES;
  }

  /** At least two of the largest messages. */
  private long queueBytes() {
    return Math.max(
        MIN_QUEUE_BYTES, 2L * (settings.limits().maxFrameBytes() + Doorway.FRAME_HEADER_BYTES));
  }

  private void bind() throws Exception {
    GuardedConnector guarded = new GuardedConnector(door);
    guarded.setName("messaging");
    guarded.setUri(address());
    guarded.setBrokerService(broker);
    guarded.setAutoStart(false);
    // Takes the port, so that a port that is taken is found out before anything runs.
    guarded.getServer();
    broker.addConnector(guarded);
    connector = guarded;
  }

  private URI address() {
    String query =
        String.join(
            "&",
            "maximumConnections=" + settings.maxConnections(),
            "backlog=" + settings.maxConnections(),
            "transport.ioBufferSize=" + OpenWireOptions.IO_BUFFER_BYTES,
            "transport.tcpNoDelay=true",
            OpenWireOptions.of(settings));
    return settings.bind().uri(query);
  }

  /**
   * Has queues for these peers, one for each in each lane, and for no others: nothing that one peer
   * sends waits for what another sends. To be called after the start.
   */
  synchronized void serve(Set<MemberId> peers) {
    broker.getSystemUsage().getMemoryUsage().setLimit(memoryFor(peers.size()));
    Set<String> queues = new HashSet<>();
    queues.add(Lane.GREETINGS.queueOf(settings.self()));
    for (Lane lane : Lane.LINKED) {
      peers.forEach(peer -> queues.add(lane.queueOf(peer)));
    }
    closeConsumers(queue -> !queues.contains(queue));
    for (String queue : queues) {
      if (!consumers.containsKey(queue)) {
        try {
          consume(queue);
        } catch (JMSException e) {
          throw new TransportException("can not open the queue " + queue, e);
        }
      }
    }
  }

  private synchronized void closeConsumers(Predicate<String> which) {
    consumers
        .entrySet()
        .removeIf(
            entry -> {
              if (which.test(entry.getKey())) {
                stop("consuming", entry.getValue()::stop);
                stop("a consumer", entry.getValue()::close);
                return true;
              }
              return false;
            });
  }

  /**
   * A connection inside the process handles one thing at a time; so each queue has its own.
   *
   * <p>The broker's end of it starts in a thread of its own, and learns only afterwards that it is
   * to handle what comes at once. If that happens in the middle of its start, it never looks at the
   * first thing that it was sent, which would be waited for for ever.
   */
  private synchronized void consume(String queue) throws JMSException {
    for (int attempt = 1; !consumers.containsKey(queue); attempt++) {
      try {
        consumers.put(queue, consumerOf(queue));
      } catch (JMSException e) {
        boolean hasTimedOut = Throwables.getRootCause(e) instanceof RequestTimedOutIOException;
        if (!hasTimedOut || attempt == CONNECT_ATTEMPTS) {
          throw e;
        }
        LOG.warn("the broker has not taken note of a consumer of {}; trying again", queue);
      }
    }
  }

  private Connection consumerOf(String queue) throws JMSException {
    Connection consumer = consumerFactory().createConnection();
    try {
      Session session = consumer.createSession(false, Session.AUTO_ACKNOWLEDGE);
      String options = "?consumer.dispatchAsync=false&consumer.prefetchSize=" + PREFETCH;
      session.createConsumer(session.createQueue(queue + options)).setMessageListener(listener);
      consumer.start();
    } catch (JMSException | RuntimeException e) {
      stop("a consumer", consumer::close);
      throw e;
    }
    return consumer;
  }

  private ActiveMQConnectionFactory consumerFactory() {
    ActiveMQConnectionFactory factory =
        new ActiveMQConnectionFactory(broker.getVmConnectorURI() + "?create=false&async=false");
    factory.setConnectResponseTimeout(CONNECT_TIMEOUT_MS);
    factory.setWatchTopicAdvisories(false);
    factory.setStatsEnabled(false);
    factory.setCheckForDuplicates(false);
    factory.setConsumerExpiryCheckEnabled(false);
    factory.setDispatchAsync(false);
    factory.setAlwaysSessionAsync(false);
    // Each acknowledgement makes the broker look for more in another thread, which it has to wake.
    factory.setOptimizeAcknowledge(true);
    factory.setOptimizeAcknowledgeTimeOut(ACKNOWLEDGE_AFTER_MS);
    // What fills the queue keeps out the envelope that would have it acknowledged.
    factory.setOptimizedAckScheduledAckInterval(ACKNOWLEDGE_AT_THE_LATEST_MS);
    return factory;
  }

  private interface Stop {
    void run() throws Exception;
  }
}
