package io.dynamokv.resources.server;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.health.HealthCheckRegistry;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.setup.AdminEnvironment;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.GzipHandlerFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.jetty.MutableServletContextHandler;
import io.dropwizard.lifecycle.setup.LifecycleEnvironment;
import io.dropwizard.request.logging.LogbackAccessRequestLogFactory;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import io.dynamokv.config.MemberConfiguration;
import io.dynamokv.config.Problems;
import jakarta.servlet.Servlet;
import jakarta.validation.Validator;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code server}: Dropwizard's own, with defaults for this service, and with the edge
 * around the servlets in place of filters and instrumentation for each request. Not thread-safe;
 * used while the process starts.
 *
 * <p>If the file has no connectors, they are those of this node's entry among the members.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NONE)
public final class EdgeServerFactory extends DefaultServerFactory {
  /**
   * The longest header: room for a key of 4 KiB and a version of 8 KiB in a URL, and the headers
   * that clients send along.
   */
  private static final DataSize MAX_HEADER = DataSize.kibibytes(16);

  /** How long a connection may be idle when there are as many as there may be. */
  private static final long CROWDED_IDLE_MS = 5_000;

  /** A key in a path may hold slashes, as they are or encoded. Nothing else is ambiguous here. */
  private static final UriCompliance KEYS_IN_PATHS =
      UriCompliance.from(
          EnumSet.of(Violation.AMBIGUOUS_PATH_SEPARATOR, Violation.AMBIGUOUS_EMPTY_SEGMENT));

  @JsonProperty
  @Min(1)
  @Max(1_000_000)
  private int maxConnections = 10_000;

  private @Nullable Edge edge;

  public EdgeServerFactory() {
    setApplicationConnectors(List.of());
    setAdminConnectors(List.of());
    setMaxThreads(64);
    setMinThreads(8);
    setShutdownGracePeriod(Duration.seconds(5));
    GzipHandlerFactory gzip = new GzipHandlerFactory();
    gzip.setEnabled(false);
    setGzipFilterFactory(gzip);
    LogbackAccessRequestLogFactory noRequestLog = new LogbackAccessRequestLogFactory();
    noRequestLog.setAppenders(List.of());
    setRequestLogFactory(noRequestLog);
  }

  /** Dropwizard's files may name the kind of server. There is only this one. */
  @JsonProperty("type")
  public void setType(String type) {
    if (!type.equals("default")) {
      throw new IllegalArgumentException("there is no server but the default one: " + type);
    }
  }

  /** Refuses ports and paths that are not those under which the others know this node. */
  public void check(Problems problems, MemberConfiguration self) {
    problems.require(
        getApplicationContextPath().equals("/"),
        "server.applicationContextPath",
        "must be / (is " + getApplicationContextPath() + ")");
    requirePort(
        problems, "server.applicationConnectors", getApplicationConnectors(), self.httpPort());
    requirePort(problems, "server.adminConnectors", getAdminConnectors(), self.adminPort());
  }

  private static void requirePort(
      Problems problems, String key, List<ConnectorFactory> connectors, int port) {
    List<Integer> ports =
        connectors.stream()
            .filter(HttpConnectorFactory.class::isInstance)
            .map(connector -> ((HttpConnectorFactory) connector).getPort())
            .toList();
    problems.require(
        ports.isEmpty() || ports.contains(port),
        key,
        "must have the port of this node's entry in membership.members, "
            + port
            + " (has "
            + ports
            + ")");
  }

  /** Puts the edge in place, and connectors where the file has none. Called before the start. */
  public void prepare(Edge edge, MemberConfiguration self) {
    this.edge = edge;
    if (getApplicationConnectors().isEmpty()) {
      setApplicationConnectors(List.of(connector(self.host(), self.httpPort())));
    }
    if (getAdminConnectors().isEmpty()) {
      setAdminConnectors(List.of(connector(self.host(), self.adminPort())));
    }
    for (ConnectorFactory connector : getApplicationConnectors()) {
      if (connector instanceof HttpConnectorFactory http) {
        http.setUriCompliance(KEYS_IN_PATHS);
      }
    }
  }

  private static ConnectorFactory connector(String host, int port) {
    HttpConnectorFactory connector = new HttpConnectorFactory();
    connector.setBindHost(host);
    connector.setPort(port);
    connector.setMaxRequestHeaderSize(MAX_HEADER);
    return connector;
  }

  /**
   * The most connections that clients may hold. As a connection has one request under way at most,
   * this bounds requests too. The admin port does not share it, so that health can still be asked.
   */
  public int maxConnections() {
    return maxConnections;
  }

  @Override
  public Server build(Environment environment) {
    Server server = super.build(environment);
    for (Connector connector : server.getConnectors()) {
      if (connector instanceof ServerConnector network && "application".equals(network.getName())) {
        NetworkConnectionLimit limit = new NetworkConnectionLimit(maxConnections, network);
        limit.setEndPointIdleTimeout(CROWDED_IDLE_MS);
        network.addBean(limit);
        network.addBean(edge().slowHeads(network.getScheduler()));
      }
    }
    return server;
  }

  private Edge edge() {
    if (edge == null) {
      throw new IllegalStateException("the server was not prepared");
    }
    return edge;
  }

  @Override
  protected Handler createAppServlet(
      Server server,
      JerseyEnvironment jersey,
      ObjectMapper objectMapper,
      Validator validator,
      MutableServletContextHandler handler,
      @Nullable Servlet jerseyContainer,
      MetricRegistry metrics) {
    handler.setServer(server);
    handler.setErrorHandler(edge().errorHandler());
    // The few paths with slashes in a row that hold no key are answered like any unknown path.
    handler.getServletHandler().setDecodeAmbiguousURIs(true);
    if (jerseyContainer != null) {
      handler.addServlet(new ServletHolder("jersey", jerseyContainer), "/*");
    }
    return edge().around(handler, (EdgeThreadPool) server.getThreadPool());
  }

  @Override
  protected Handler createAdminServlet(
      Server server,
      MutableServletContextHandler handler,
      MetricRegistry metrics,
      HealthCheckRegistry healthChecks,
      AdminEnvironment admin) {
    handler.setErrorHandler(edge().errorHandler());
    return new DispatchingHandler(
        super.createAdminServlet(server, handler, metrics, healthChecks, admin));
  }

  @Override
  protected ThreadPool createThreadPool(MetricRegistry metrics) {
    return new EdgeThreadPool(
        metrics, getMaxThreads(), getMinThreads(), (int) getIdleThreadTimeout().toMilliseconds());
  }

  @Override
  protected Server buildServer(LifecycleEnvironment lifecycle, ThreadPool threadPool) {
    Server server = new EdgeServer((EdgeThreadPool) threadPool);
    server.addEventListener(buildSetUIDListener());
    lifecycle.attach(server);
    server.setErrorHandler(edge().errorHandler());
    server.setStopAtShutdown(true);
    server.setStopTimeout(getShutdownGracePeriod().toMilliseconds());
    server.setDumpAfterStart(getDumpAfterStart());
    server.setDumpBeforeStop(getDumpBeforeStop());
    return server;
  }

  @Override
  protected void printBanner(String name) {
    // The application says one line when it serves.
  }
}
