package io.dynamokv;

import io.dropwizard.configuration.FileConfigurationSourceProvider;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.Managed;
import io.dynamokv.cli.BenchCommand;
import io.dynamokv.cli.CheckFileCommand;
import io.dynamokv.cli.PidFile;
import io.dynamokv.cli.RestoreCommand;
import io.dynamokv.cli.ServeCommand;
import io.dynamokv.config.ConfigurationLoader;
import io.dynamokv.config.EnvironmentSource;
import io.dynamokv.resources.server.Edge;
import java.util.concurrent.ThreadLocalRandom;

/** The program: reads its configuration, puts a node together and serves it over HTTP. */
public class DynamoKvApplication extends Application<DynamoKvConfiguration> {
  private final NodeComposition nodes;

  public DynamoKvApplication(NodeComposition nodes) {
    this.nodes = nodes;
  }

  public static void main(String[] args) throws Exception {
    // Connections to other nodes are given up before those nodes close them for being idle (after
    // 30 s): a write on a connection that is just being closed would have an unknown outcome.
    System.setProperty("jdk.httpclient.keepalive.timeout", "20");
    new DynamoKvApplication(NodeAssembly::compose).run(args);
  }

  @Override
  public String getName() {
    return "dynamo-kv";
  }

  @Override
  public void initialize(Bootstrap<DynamoKvConfiguration> bootstrap) {
    bootstrap.setConfigurationSourceProvider(
        new EnvironmentSource(new FileConfigurationSourceProvider(), System::getenv));
    bootstrap.setConfigurationFactoryFactory(ConfigurationLoader::new);
  }

  @Override
  protected void addDefaultCommands(Bootstrap<DynamoKvConfiguration> bootstrap) {
    bootstrap.addCommand(new ServeCommand<>(this));
    bootstrap.addCommand(new CheckFileCommand<>(this));
    bootstrap.addCommand(new RestoreCommand<>(this, BackupRestoring::restore));
    bootstrap.addCommand(new BenchCommand());
  }

  @Override
  public void run(DynamoKvConfiguration configuration, Environment environment) {
    Edge edge =
        new Edge(
            () -> ThreadLocalRandom.current().nextLong(),
            configuration.requests().limits(configuration.cluster().replicas()).maxBodyBytes(),
            configuration.requests().transferTimeout(),
            configuration.requests().maxBodyBytesInFlight(),
            environment.metrics());
    configuration.server().prepare(edge, configuration.self());
    ComposedNode node = nodes.compose(configuration, environment.metrics());
    environment.lifecycle().manage(withPidFile(node.lifecycle(), configuration));
    environment.lifecycle().addServerLifecycleListener(server -> node.served().run());
    new RestInterface(configuration, environment, edge).serve(node);
  }

  private static Managed withPidFile(Managed node, DynamoKvConfiguration configuration) {
    PidFile pidFile = new PidFile(configuration.node().directory().resolve("pid"));
    return new Managed() {
      @Override
      public void start() throws Exception {
        node.start();
        pidFile.write();
      }

      @Override
      public void stop() throws Exception {
        try {
          node.stop();
        } finally {
          pidFile.remove();
        }
      }
    };
  }
}
