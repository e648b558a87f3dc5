package io.dynamokv.cli;

import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.cli.Command;
import io.dropwizard.core.setup.Bootstrap;
import io.dynamokv.bench.Benchmark;
import io.dynamokv.bench.Load;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.sourceforge.argparse4j.impl.Arguments;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;

/** {@code bench}: drives a running cluster and prints throughput and latencies. */
public final class BenchCommand extends Command {
  public BenchCommand() {
    super("bench", "Drives a running cluster and prints throughput and latencies");
  }

  @Override
  public void configure(Subparser parser) {
    parser.addArgument("--host").setDefault("127.0.0.1").help("where the node listens");
    number(parser, "--port", 8080, 1, 65_535, "its HTTP port");
    number(parser, "--connections", 32, 1, 1024, "requests under way at once");
    number(parser, "--keys", 20_000, 1, 100_000_000, "how many keys");
    number(parser, "--value-bytes", 100, 1, 1 << 20, "length of a value");
    number(parser, "--warmup", 20, 0, 3600, "seconds of load before each measurement");
    number(parser, "--seconds", 10, 1, 86_400, "length of each measurement");
    number(parser, "--rate", 0, 0, 10_000_000, "requests a second in all; 0: as fast as it goes");
    parser
        .addArgument("--operations")
        .nargs("+")
        .choices("put", "get", "mixed")
        .setDefault(List.of("put", "get"))
        .help("what to measure, one after the other");
  }

  private static void number(
      Subparser parser, String name, int standard, int least, int most, String help) {
    parser
        .addArgument(name)
        .type(Integer.class)
        .choices(Arguments.range(least, most))
        .setDefault(standard)
        .help(help);
  }

  @Override
  public void run(Bootstrap<?> bootstrap, Namespace options) throws Exception {
    Load load =
        new Load(
            options.getString("host"),
            options.getInt("port"),
            options.getInt("connections"),
            options.getInt("keys"),
            options.getInt("value_bytes"),
            options.getInt("warmup"),
            options.getInt("seconds"),
            options.getInt("rate"));
    List<Load.Operation> operations = new ArrayList<>();
    for (Object name : options.getList("operations")) {
      operations.add(Load.Operation.valueOf(name.toString().toUpperCase(Locale.ROOT)));
    }
    if (new Benchmark(load, System.out).run(operations) > 0) {
      throw new IOException("requests failed: the figures say nothing about speed");
    }
  }

  @Override
  public void onError(Cli cli, Namespace namespace, Throwable cause) {
    PlainErrors.print(cli.getStdErr(), cause);
  }
}
