package io.dynamokv.cli;

import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.cli.ConfiguredCommand;
import io.dropwizard.core.setup.Bootstrap;
import java.nio.file.Path;
import net.sourceforge.argparse4j.impl.Arguments;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;

/**
 * {@code restore CONFIG.yml BACKUP}: puts a backup into the empty data folder of a node that does
 * not run. With {@code --whole-cluster} it may be older than tombstones are kept.
 */
public final class RestoreCommand<T extends Configuration> extends ConfiguredCommand<T> {
  private final Class<T> configurationClass;
  private final Restoring<T> restoring;

  /** Puts a backup back. */
  @FunctionalInterface
  public interface Restoring<T> {
    /**
     * Returns what is to be said of it.
     *
     * @param ofAll whether all nodes are set back, so that none of them has forgotten anything
     *     since
     */
    String restore(T configuration, Path backup, boolean ofAll) throws ConfigurationException;
  }

  public RestoreCommand(Application<T> application, Restoring<T> restoring) {
    super("restore", "Puts a backup into the empty data folder of a node that does not run");
    this.configurationClass = application.getConfigurationClass();
    this.restoring = restoring;
  }

  @Override
  protected Class<T> getConfigurationClass() {
    return configurationClass;
  }

  @Override
  public void configure(Subparser parser) {
    super.configure(parser);
    parser.addArgument("backup").help("the folder of the backup");
    parser
        .addArgument("--whole-cluster")
        .action(Arguments.storeTrue())
        .help("all nodes are restored, so the backup may be of any age");
  }

  @Override
  protected void run(Bootstrap<T> bootstrap, Namespace namespace, T configuration)
      throws ConfigurationException {
    Path backup = Path.of(namespace.getString("backup")).toAbsolutePath();
    System.out.println(
        restoring.restore(
            configuration, backup, Boolean.TRUE.equals(namespace.getBoolean("whole_cluster"))));
  }

  @Override
  public void onError(Cli cli, Namespace namespace, Throwable cause) {
    PlainErrors.print(cli.getStdErr(), cause);
  }
}
