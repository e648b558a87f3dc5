package io.dynamokv;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.lifecycle.Managed;
import io.dropwizard.util.Duration;
import io.dynamokv.config.MessagingConfiguration;
import io.dynamokv.config.RequestsConfiguration;
import io.dynamokv.config.StorageConfiguration;
import io.dynamokv.membership.ClusterFacts;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.Membership;
import io.dynamokv.node.DataOwnership;
import io.dynamokv.node.KeyValueNode;
import io.dynamokv.node.NodeSettings;
import io.dynamokv.node.RequestSettings;
import io.dynamokv.repair.AntiEntropy;
import io.dynamokv.replica.Identity;
import io.dynamokv.replica.Replica;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Partitions;
import io.dynamokv.ring.Ring;
import io.dynamokv.ring.RingMember;
import io.dynamokv.ring.TokenAllocator;
import io.dynamokv.storage.HashedStorage;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.storage.je.JeSettings;
import io.dynamokv.storage.je.JeStorage;
import io.dynamokv.storage.memory.MemoryDisk;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.WireLimits;
import io.dynamokv.transport.activemq.ActiveMqTransport;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings;
import io.dynamokv.transport.activemq.ClusterSecret;
import io.dynamokv.transport.activemq.MemberAddress;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a node together from its configuration, from the storage up, and takes it apart in the
 * opposite order. Used once.
 */
final class NodeAssembly implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(NodeAssembly.class);

  private final DynamoKvConfiguration configuration;
  private final Ring ring;
  private final HashedStorage storage;
  private final Identity identity;
  private final KeyValueNode node;

  private NodeAssembly(DynamoKvConfiguration configuration, MetricRegistry metrics) {
    this.configuration = configuration;
    this.ring = ring();
    this.storage = new HashedStorage(openStorage(metrics), ring.partitions());
    DataOwnership.claim(storage, configuration.self().toMember().id(), ring);
    this.identity = Identity.open(storage, new SecureRandom()::nextLong);
    this.node = assemble(metrics);
  }

  /** Opens the storage; everything else begins when the lifecycle is started. */
  static ComposedNode compose(DynamoKvConfiguration configuration, MetricRegistry metrics) {
    NodeAssembly assembly = new NodeAssembly(configuration, metrics);
    return new ComposedNode(assembly.node, assembly);
  }

  @Override
  public void start() {
    node.start();
  }

  @Override
  public void stop() {
    try {
      node.close();
      identity.closeCleanly();
    } catch (StorageException e) {
      LOG.warn("the next start will be one after a crash: {}", e.getMessage());
    } finally {
      storage.close();
    }
  }

  private Storage openStorage(MetricRegistry metrics) {
    StorageConfiguration settings = configuration.storage();
    return switch (settings.engine()) {
      case JE -> JeStorage.open(jeSettings(configuration), metrics, System::nanoTime);
      case MEMORY -> new MemoryDisk().open(settings.durability(), settings.maxMemory().toBytes());
    };
  }

  static JeSettings jeSettings(DynamoKvConfiguration configuration) {
    StorageConfiguration settings = configuration.storage();
    return new JeSettings(
        configuration.node().directory().resolve("db"),
        configuration.cluster().partitions(),
        settings.durability(),
        settings.cacheSize().toBytes(),
        settings.minFreeDisk().toBytes());
  }

  private KeyValueNode assemble(MetricRegistry metrics) {
    ClusterFacts facts =
        new ClusterFacts(
            configuration.cluster().name(),
            configuration.cluster().partitions(),
            configuration.cluster().replicas(),
            ring.fingerprint());
    Actor actor = new Actor(identity.nodeId(), identity.incarnation());
    Replica replica =
        new Replica(
            storage,
            () -> new Dot(actor, identity.nextCounter()),
            System::currentTimeMillis,
            configuration.hints().maxSize().toBytes(),
            metrics);
    return new KeyValueNode(
        nodeSettings(),
        facts,
        membership(facts),
        actor,
        replica,
        storage,
        transport(metrics),
        metrics);
  }

  private NodeSettings nodeSettings() {
    RequestsConfiguration requests = configuration.requests();
    return new NodeSettings(
        new RequestSettings(
            requests.replicaTimeout().toMilliseconds(),
            requests.requestTimeout().toMilliseconds(),
            requests.maxInFlight()),
        configuration.messaging().heartbeatInterval().toMilliseconds(),
        Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
        2 * requests.maxInFlight(),
        configuration.hints().maxAge().toMilliseconds(),
        new AntiEntropy.Settings(
            configuration.antiEntropy().interval().toNanoseconds(),
            configuration.antiEntropy().keysPerSecond()),
        Runtime.getRuntime().maxMemory() / 8);
  }

  private Ring ring() {
    List<RingMember> members =
        configuration.membership().members().stream()
            .map(member -> new RingMember(member.id(), member.rack()))
            .toList();
    int replicas = configuration.cluster().replicas();
    Partitions partitions = new Partitions(configuration.cluster().partitions());
    return Ring.of(TokenAllocator.initial(members, partitions, replicas), replicas);
  }

  private Membership membership(ClusterFacts facts) {
    return new Membership(
        configuration.self().toMember(),
        configuration.membership().members(),
        ring,
        facts,
        identity.nodeId(),
        configuration.messaging().heartbeatInterval().toNanoseconds(),
        configuration.messaging().suspectAfter().toNanoseconds(),
        System.nanoTime());
  }

  private Transport transport(MetricRegistry metrics) {
    Member self = configuration.self().toMember();
    Map<MemberId, MemberAddress> peers = new HashMap<>();
    for (Member member : configuration.membership().members()) {
      if (!member.id().equals(self.id())) {
        peers.put(member.id(), new MemberAddress(member.host(), member.messagingPort()));
      }
    }
    MessagingConfiguration messaging = configuration.messaging();
    String bindHost = messaging.bindHost();
    ActiveMqTransportSettings settings =
        new ActiveMqTransportSettings(
            self.id(),
            new MemberAddress(bindHost == null ? self.host() : bindHost, self.messagingPort()),
            peers,
            new ClusterSecret(secret()),
            wireLimits(messaging),
            queues(messaging),
            timing(messaging),
            ActiveMqTransportSettings.defaultMaxStrangers(peers.size()));
    return new ActiveMqTransport(settings, metrics, Clock.systemUTC(), new SecureRandom());
  }

  /** On one machine alone no secret is needed, but the parts that use one want one all the same. */
  private String secret() {
    String secret = configuration.cluster().secret();
    return secret.isEmpty() ? "loopback cluster " + configuration.cluster().name() : secret;
  }

  private WireLimits wireLimits(MessagingConfiguration messaging) {
    return new WireLimits(
        (int) configuration.requests().maxKeySize().toBytes(),
        Math.max(messaging.batchCount(), WireLimits.DEFAULT.maxOperations()),
        (int) messaging.maxFrameSize().toBytes());
  }

  private static ActiveMqTransportSettings.Queues queues(MessagingConfiguration messaging) {
    return new ActiveMqTransportSettings.Queues(
        messaging.queueCount(),
        messaging.queueSize().toBytes(),
        messaging.batchCount(),
        (int) messaging.batchSize().toBytes());
  }

  private static ActiveMqTransportSettings.Timing timing(MessagingConfiguration messaging) {
    ActiveMqTransportSettings.Timing defaults = ActiveMqTransportSettings.Timing.DEFAULT;
    return new ActiveMqTransportSettings.Timing(
        defaults.connect(),
        java(messaging.writeTimeout()),
        defaults.handshake(),
        defaults.idle(),
        java(messaging.minBackoff()),
        java(messaging.maxBackoff()));
  }

  private static java.time.Duration java(Duration duration) {
    return java.time.Duration.ofNanos(duration.toNanoseconds());
  }
}
