package io.dynamokv.edge;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.Managed;
import io.dynamokv.ComposedNode;
import io.dynamokv.DynamoKvApplication;
import io.dynamokv.DynamoKvConfiguration;
import io.dynamokv.membership.Member;
import io.dynamokv.ring.MemberId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Server;

/** The real program, with a node in memory behind it, on free ports of this machine. */
public final class BootedNode implements AutoCloseable {
  public final Member self;
  public final FakeService service;
  public final Path directory;
  private final Application application;

  private BootedNode(Member self, FakeService service, Path directory, Application application) {
    this.self = self;
    this.service = service;
    this.directory = directory;
    this.application = application;
  }

  /** Members on free ports. */
  public static List<Member> members(int count) {
    List<Member> members = new ArrayList<>();
    int[] ports = freePorts(3 * count);
    for (int i = 0; i < count; i++) {
      members.add(
          new Member(
              new MemberId("node-" + (i + 1)),
              "127.0.0.1",
              ports[3 * i],
              ports[3 * i + 1],
              ports[3 * i + 2],
              "r" + (i + 1),
              "dc"));
    }
    return members;
  }

  private static int[] freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      int[] ports = new int[count];
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        ports[i] = socket.getLocalPort();
      }
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Boots one member. */
  public static BootedNode boot(
      Path folder, List<Member> members, int index, String... moreSettings) throws Exception {
    Member self = members.get(index);
    Path directory = folder.resolve(self.id().value());
    Files.createDirectories(directory);
    Path file = directory.resolve("config.yml");
    Files.writeString(file, configuration(members, self, directory, moreSettings));
    FakeService service = new FakeService(self, members);
    Application application = new Application(service);
    application.run("server", file.toString());
    if (application.fatal != null) {
      throw new IllegalStateException(application.fatal);
    }
    return new BootedNode(self, service, directory, application);
  }

  /** A configuration file for a member. */
  public static String configuration(
      List<Member> members, Member self, Path directory, String... moreSettings) {
    String entries =
        members.stream()
            .map(
                member ->
                    "    - {id: %s, host: %s, httpPort: %d, adminPort: %d, messagingPort: %d, rack: %s}"
                        .formatted(
                            member.id(),
                            member.host(),
                            member.httpPort(),
                            member.adminPort(),
                            member.messagingPort(),
                            member.rack()))
            .collect(Collectors.joining("\n"));
    return """
        node:
          id: %s
          directory: %s
        membership:
          members:
        %s
        %s
        """
        .formatted(self.id(), directory, entries, String.join("\n", moreSettings));
  }

  public Http http() {
    return new Http(self.httpPort());
  }

  public Http admin() {
    return new Http(self.adminPort());
  }

  public MetricRegistry metrics() {
    return application.metrics;
  }

  public Server server() {
    return application.server;
  }

  @Override
  public void close() throws Exception {
    application.server.stop();
  }

  private static final class Application extends DynamoKvApplication {
    volatile Server server;
    volatile MetricRegistry metrics;
    volatile Throwable fatal;

    Application(FakeService service) {
      super((configuration, metrics) -> new ComposedNode(service, new Managed() {}));
    }

    @Override
    public void run(DynamoKvConfiguration configuration, Environment environment) {
      super.run(configuration, environment);
      metrics = environment.metrics();
      environment.lifecycle().addServerLifecycleListener(started -> server = started);
    }

    @Override
    protected void onFatalError(Throwable cause) {
      fatal = cause;
    }
  }
}
