package io.dynamokv.cli;

import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.cli.EnvironmentCommand;
import io.dropwizard.core.setup.Environment;
import net.sourceforge.argparse4j.inf.Namespace;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * {@code server CONFIG.yml}: runs a node until the process is told to stop. What keeps it from
 * starting is said in one line.
 */
public final class ServeCommand<T extends Configuration> extends EnvironmentCommand<T> {
  private final Class<T> configurationClass;

  public ServeCommand(Application<T> application) {
    super(application, "server", "Runs a node");
    this.configurationClass = application.getConfigurationClass();
  }

  @Override
  protected Class<T> getConfigurationClass() {
    return configurationClass;
  }

  @Override
  protected void run(Environment environment, Namespace namespace, T configuration)
      throws Exception {
    Server server = configuration.getServerFactory().build(environment);
    server.addEventListener(
        new LifeCycle.Listener() {
          @Override
          public void lifeCycleStopped(LifeCycle event) {
            cleanup();
          }
        });
    try {
      server.start();
      GoodEnd.onTermination();
      // The logs stay open until the server has stopped.
      cleanupAsynchronously();
    } catch (Exception e) {
      server.stop();
      throw e;
    }
  }

  @Override
  public void onError(Cli cli, Namespace namespace, Throwable cause) {
    PlainErrors.print(cli.getStdErr(), cause);
  }
}
