package io.dynamokv.cli;

import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.cli.CheckCommand;
import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.setup.Bootstrap;
import net.sourceforge.argparse4j.inf.Namespace;

/** {@code check CONFIG.yml}: says whether a configuration file can be used. */
public final class CheckFileCommand<T extends Configuration> extends CheckCommand<T> {
  public CheckFileCommand(Application<T> application) {
    super(application);
  }

  @Override
  protected void run(Bootstrap<T> bootstrap, Namespace namespace, T configuration) {
    System.out.println(namespace.getString("file") + " is valid");
  }

  @Override
  public void onError(Cli cli, Namespace namespace, Throwable cause) {
    PlainErrors.print(cli.getStdErr(), cause);
  }
}
