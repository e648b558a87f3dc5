package io.dynamokv;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.lifecycle.Managed;
import io.dropwizard.util.Duration;
import io.dynamokv.config.ClusterConfiguration;
import io.dynamokv.config.ConsulConfiguration;
import io.dynamokv.config.MembershipConfiguration;
import io.dynamokv.config.MessagingConfiguration;
import io.dynamokv.config.RequestsConfiguration;
import io.dynamokv.config.StorageConfiguration;
import io.dynamokv.membership.ClusterFacts;
import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Founding;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.Membership;
import io.dynamokv.membership.Provider;
import io.dynamokv.membership.consul.ConsulProvider;
import io.dynamokv.membership.consul.ConsulSettings;
import io.dynamokv.node.DataOwnership;
import io.dynamokv.node.KeyValueNode;
import io.dynamokv.node.KnownRoster;
import io.dynamokv.node.NodeSettings;
import io.dynamokv.node.RequestSettings;
import io.dynamokv.repair.AntiEntropy;
import io.dynamokv.repair.Collection;
import io.dynamokv.replica.Dots;
import io.dynamokv.replica.Identity;
import io.dynamokv.replica.Replica;
import io.dynamokv.ring.Key;
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
import io.dynamokv.transport.MemberAddress;
import io.dynamokv.transport.Transport;
import io.dynamokv.transport.WireLimits;
import io.dynamokv.transport.activemq.ActiveMqTransport;
import io.dynamokv.transport.activemq.ActiveMqTransportSettings;
import io.dynamokv.transport.activemq.ClusterSecret;
import io.dynamokv.version.Actor;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a node together from its configuration, from the storage up, and takes it apart in the
 * opposite order. Used once.
 */
final class NodeAssembly implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(NodeAssembly.class);

  private static final long SHORTEST_QUIET_NS = TimeUnit.SECONDS.toNanos(30);

  /** For so long nobody new has come when a ring is first made by as many as it is to have. */
  private static final long FOUNDING_QUIET_NS = TimeUnit.MILLISECONDS.toNanos(500);

  /** The same, when one alone may make it: others may know of one already. */
  private static final long ALONE_QUIET_NS = TimeUnit.SECONDS.toNanos(3);

  private static final long START_PATIENCE_MS = 15_000;

  private final DynamoKvConfiguration configuration;
  private final Member self;
  private final Partitions partitions;
  private final HashedStorage storage;
  private final Identity identity;
  private final Membership membership;
  private final KeyValueNode node;
  private final @Nullable Provider provider;
  private volatile boolean serves;

  private NodeAssembly(DynamoKvConfiguration configuration, MetricRegistry metrics) {
    this.configuration = configuration;
    this.self = configuration.self().toMember();
    this.partitions = new Partitions(configuration.cluster().partitions());
    this.storage = new HashedStorage(openStorage(metrics), partitions);
    DataOwnership.claim(storage, self.id());
    this.identity = Identity.open(storage, new SecureRandom()::nextLong);
    this.membership = configuration.membership().isStatic() ? fixedMembers() : changingMembers();
    this.node = assemble(metrics);
    this.provider = provider();
  }

  /** Opens the storage; everything else begins when the lifecycle is started. */
  static ComposedNode compose(DynamoKvConfiguration configuration, MetricRegistry metrics) {
    NodeAssembly assembly = new NodeAssembly(configuration, metrics);
    return new ComposedNode(assembly.node, assembly, assembly::served);
  }

  private void served() {
    serves = true;
  }

  @Override
  public void start() {
    try (StartWatch watch = new StartWatch(Thread.currentThread(), START_PATIENCE_MS)) {
      node.start();
    }
    node.found(configuration.membership().contacts());
    if (provider != null) {
      Set<Contact> seeds = configuration.membership().contacts();
      provider.start(
          found -> {
            Set<Contact> all = new HashSet<>(found);
            all.addAll(seeds);
            node.found(all);
          });
      node.announceTo(provider);
    }
  }

  @Override
  public void stop() {
    try {
      // One that could not start goes as it came: to leave is for good.
      if (serves && configuration.membership().leavesOnShutdown()) {
        node.leave(java(configuration.membership().leaveTimeout()));
      }
      if (provider != null) {
        provider.close();
      }
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
    Replica replica =
        new Replica(
            storage,
            new Dots(identity, storage, partitions, this::holds),
            System::currentTimeMillis,
            configuration.hints().maxSize().toBytes(),
            metrics);
    return new KeyValueNode(
        nodeSettings(),
        membership,
        new Actor(identity.nodeId(), identity.incarnation()),
        replica,
        storage,
        transport(metrics),
        metrics);
  }

  private boolean holds(Key key) {
    Ring ring = membership.view().ring();
    return ring.holds(self.id(), partitions.partitionOf(key.position()));
  }

  private @Nullable Provider provider() {
    if (configuration.membership().provider() != MembershipConfiguration.Provider.CONSUL) {
      return null;
    }
    ConsulConfiguration consul = configuration.membership().consul();
    ConsulSettings settings =
        new ConsulSettings(
            consul.url(),
            consul.service(),
            consul.token(),
            java(consul.checkInterval()),
            java(consul.deregisterAfter()));
    return new ConsulProvider(
        settings, configuration.cluster().name(), self, identity.nodeId(), new SecureRandom());
  }

  private NodeSettings nodeSettings() {
    RequestsConfiguration requests = configuration.requests();
    return new NodeSettings(
        new RequestSettings(
            requests.replicaTimeout().toMilliseconds(),
            requests.requestTimeout().toMilliseconds(),
            requests.maxInFlight(),
            requests.forwardTimeout().toMilliseconds(),
            requests.maxForwardsInFlight()),
        configuration.messaging().heartbeatInterval().toMilliseconds(),
        Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
        2 * requests.maxInFlight(),
        configuration.hints().maxAge().toMilliseconds(),
        new AntiEntropy.Settings(
            configuration.antiEntropy().interval().toNanoseconds(),
            configuration.antiEntropy().keysPerSecond()),
        new Collection.Settings(
            configuration.tombstones().minAge().toMilliseconds(),
            configuration.tombstones().interval().toNanoseconds(),
            quietNs(configuration)),
        Runtime.getRuntime().maxMemory() / 8);
  }

  /** Whatever is on its way is there, or lost, after so long. */
  private static long quietNs(DynamoKvConfiguration configuration) {
    long requestNs = configuration.requests().requestTimeout().toNanoseconds();
    return Math.max(SHORTEST_QUIET_NS, 4 * requestNs);
  }

  private Membership fixedMembers() {
    List<Member> members = configuration.membership().members();
    List<RingMember> ringMembers =
        members.stream().map(member -> new RingMember(member.id(), member.rack())).toList();
    int replicas = configuration.cluster().replicas();
    Ring ring = Ring.of(TokenAllocator.initial(ringMembers, partitions, replicas), replicas);
    DataOwnership.claim(storage, ring);
    return Membership.fixed(
        self,
        members,
        ring,
        facts(ring.fingerprint()),
        identity.nodeId(),
        membershipTiming(),
        System.nanoTime());
  }

  private Membership changingMembers() {
    int founders = configuration.membership().founders();
    DataOwnership.claimForChangingRings(storage);
    return new Membership(
        self,
        KnownRoster.read(storage, facts(0)),
        new Founding(founders, founders > 1 ? FOUNDING_QUIET_NS : ALONE_QUIET_NS),
        identity.nodeId(),
        membershipTiming(),
        System.nanoTime());
  }

  private ClusterFacts facts(long ring) {
    ClusterConfiguration cluster = configuration.cluster();
    return new ClusterFacts(cluster.name(), cluster.partitions(), cluster.replicas(), ring);
  }

  private Membership.Timing membershipTiming() {
    return new Membership.Timing(
        configuration.messaging().heartbeatInterval().toNanoseconds(),
        configuration.messaging().suspectAfter().toNanoseconds());
  }

  private Transport transport(MetricRegistry metrics) {
    MessagingConfiguration messaging = configuration.messaging();
    MemberAddress own = new MemberAddress(self.host(), self.messagingPort());
    String bindHost = messaging.bindHost();
    ActiveMqTransportSettings settings =
        new ActiveMqTransportSettings(
            self.id(),
            bindHost == null ? own : new MemberAddress(bindHost, own.port()),
            membership.isFixed() ? peers() : Map.of(),
            new ClusterSecret(secret()),
            wireLimits(messaging),
            queues(messaging),
            timing(messaging),
            ActiveMqTransportSettings.defaultMaxStrangers(membership.view().members().size() - 1));
    return new ActiveMqTransport(settings, metrics, Clock.systemUTC(), new SecureRandom());
  }

  private Map<MemberId, MemberAddress> peers() {
    Map<MemberId, MemberAddress> peers = new HashMap<>();
    for (Member member : membership.view().members()) {
      if (!member.id().equals(self.id())) {
        peers.put(member.id(), new MemberAddress(member.host(), member.messagingPort()));
      }
    }
    return peers;
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
