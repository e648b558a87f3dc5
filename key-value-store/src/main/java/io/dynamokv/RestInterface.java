package io.dynamokv;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.jvm.ThreadDeadlockDetector;
import io.dropwizard.core.setup.Environment;
import io.dynamokv.api.Limits;
import io.dynamokv.api.RequestReader;
import io.dynamokv.api.UrlReader;
import io.dynamokv.config.ClusterConfiguration;
import io.dynamokv.config.MemberConfiguration;
import io.dynamokv.health.ClusterHealthCheck;
import io.dynamokv.health.DeadlockHealthCheck;
import io.dynamokv.health.ServiceHealthCheck;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.resources.AdminTask;
import io.dynamokv.resources.AdminTaskServlet;
import io.dynamokv.resources.BackupTask;
import io.dynamokv.resources.ClusterResource;
import io.dynamokv.resources.Dump;
import io.dynamokv.resources.ErrorMapper;
import io.dynamokv.resources.IncomingProvider;
import io.dynamokv.resources.InternalResource;
import io.dynamokv.resources.LeaveTask;
import io.dynamokv.resources.Outcomes;
import io.dynamokv.resources.PeerDumps;
import io.dynamokv.resources.PingResource;
import io.dynamokv.resources.RemoveTask;
import io.dynamokv.resources.RepairTask;
import io.dynamokv.resources.StorageResource;
import io.dynamokv.resources.server.Edge;
import io.dynamokv.version.VersionCodec;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import org.glassfish.hk2.utilities.binding.AbstractBinder;
import org.glassfish.jersey.CommonProperties;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.server.spi.internal.ValueParamProvider;
import org.glassfish.jersey.servlet.ServletContainer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the resources and health checks of a node together. */
final class RestInterface {
  private static final Logger LOG = LoggerFactory.getLogger(DynamoKvApplication.class);
  private static final int MAX_DUMPS = 2;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration PEER_SILENCE = Duration.ofSeconds(30);

  private final DynamoKvConfiguration configuration;
  private final Environment environment;
  private final Edge edge;
  private final VersionCodec versions;

  RestInterface(DynamoKvConfiguration configuration, Environment environment, Edge edge) {
    this.configuration = configuration;
    this.environment = environment;
    this.edge = edge;
    String secret = configuration.cluster().secret();
    this.versions = new VersionCodec(secret.isEmpty() ? configuration.cluster().name() : secret);
  }

  void serve(ComposedNode node) {
    KeyValueService service = node.service();
    ResourceConfig jersey = lean();
    jersey.register(storage(service));
    jersey.register(new PingResource(service));
    jersey.register(cluster(node));
    jersey.register(internal(service));
    jersey.register(new ErrorMapper(edge.unexpectedErrors()));
    jersey.register(
        new AbstractBinder() {
          @Override
          protected void configure() {
            bind(new IncomingProvider()).to(ValueParamProvider.class);
          }
        });
    environment.jersey().replace(dropwizards -> new ServletContainer(jersey));
    environment.healthChecks().unregister("deadlocks");
    environment
        .healthChecks()
        .register("deadlocks", new DeadlockHealthCheck(new ThreadDeadlockDetector()));
    environment.healthChecks().register("storage", new ServiceHealthCheck(service));
    environment.healthChecks().register("cluster", new ClusterHealthCheck(service));
    addTask(new RepairTask(service));
    addTask(new LeaveTask(service));
    addTask(new RemoveTask(service));
    addTask(new BackupTask(service));
    environment.lifecycle().addServerLifecycleListener(server -> LOG.info("{}", startLine()));
  }

  private void addTask(AdminTask task) {
    environment
        .admin()
        .addServlet("task-" + task.name(), new AdminTaskServlet(task))
        .addMapping("/tasks/" + task.name());
  }

  /**
   * Jersey with nothing but what is registered: Dropwizard's own configuration listens to every
   * step of every request for metrics that nothing here uses.
   */
  private static ResourceConfig lean() {
    return new ResourceConfig()
        .addProperties(
            Map.of(
                ServerProperties.WADL_FEATURE_DISABLE, true,
                ServerProperties.LOCATION_HEADER_RELATIVE_URI_RESOLUTION_DISABLED, true,
                CommonProperties.FEATURE_AUTO_DISCOVERY_DISABLE, true,
                CommonProperties.JSON_PROCESSING_FEATURE_DISABLE, true,
                CommonProperties.MOXY_JSON_FEATURE_DISABLE, true));
  }

  private StorageResource storage(KeyValueService service) {
    ClusterConfiguration cluster = configuration.cluster();
    return new StorageResource(
        service,
        new RequestReader(limits()),
        new UrlReader(limits()),
        versions,
        new Outcomes(versions),
        cluster.reads(),
        cluster.writes());
  }

  private ClusterResource cluster(ComposedNode node) {
    ClusterConfiguration cluster = configuration.cluster();
    return new ClusterResource(
        node.service(),
        new UrlReader(limits()),
        new ClusterResource.Settings(
            cluster.name(),
            cluster.replicas(),
            cluster.reads(),
            cluster.writes(),
            cluster.partitions()));
  }

  private InternalResource internal(KeyValueService service) {
    ExecutorService threads =
        environment
            .lifecycle()
            .executorService("dump-%d")
            .maxThreads(MAX_DUMPS)
            .workQueue(new SynchronousQueue<>())
            .build();
    PeerDumps peers = new PeerDumps(CONNECT_TIMEOUT, PEER_SILENCE);
    MetricRegistry metrics = environment.metrics();
    return new InternalResource(
        new Dump(service, versions, peers), threads, metrics, configuration.requests().dump());
  }

  private Limits limits() {
    return configuration.requests().limits(configuration.cluster().replicas());
  }

  private String startLine() {
    MemberConfiguration self = configuration.self();
    ClusterConfiguration cluster = configuration.cluster();
    return "%s of cluster %s serves http://%s:%d (admin port %d): N=%d r=%d w=%d, %s members"
        .formatted(
            self.id(),
            cluster.name(),
            self.host(),
            self.httpPort(),
            self.adminPort(),
            cluster.replicas(),
            cluster.reads(),
            cluster.writes(),
            configuration.membership().isStatic()
                ? configuration.membership().members().size()
                : "changing");
  }
}
