package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * One run of {@code ./dynamo-kv server} or {@code check} with a configuration file of the test's
 * own. Used by one thread.
 */
final class NodeCommand implements AutoCloseable {
  /** For a Java that does not live long: it compiles less, and has less memory. */
  static final String QUICK_START = "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final Path output;

  private NodeCommand(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts a command; what it says goes into a file beside its configuration. */
  static NodeCommand start(String command, Path configuration) throws IOException {
    return start(command, configuration, QUICK_START);
  }

  static NodeCommand start(String command, Path configuration, String javaOptions)
      throws IOException {
    Path output = Files.createTempFile(configuration.getParent(), command, ".log");
    ProcessBuilder builder =
        new ProcessBuilder(
                LocalCluster.ROOT.resolve("dynamo-kv").toString(),
                command,
                configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("DYNAMO_KV_JAVA_OPTS", javaOptions);
    return new NodeCommand(builder.start(), output);
  }

  /** Waits until a node serves, or fails with what it has said. */
  NodeCommand awaitServing(int httpPort) throws Exception {
    Http http = new Http(httpPort);
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!answers(http)) {
      if (System.nanoTime() > untilNs || !process.isAlive()) {
        throw new AssertionError("the node does not serve:\n" + said());
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return this;
  }

  private static boolean answers(Http http) {
    try {
      return http.get("/ping").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Waits until the command ends by itself, and returns what it ended with. */
  int exitCode() throws Exception {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("ends by itself").isTrue();
    return process.exitValue();
  }

  /**
   * Ends a node as an operator would, and waits until its folder is free; returns the exit code.
   */
  int stop() throws Exception {
    process.destroy();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("stops").isTrue();
    return process.exitValue();
  }

  /** Ends a node as a power failure would end it. */
  void kill() throws Exception {
    process.destroyForcibly();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("ends").isTrue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** All that the command has printed so far. */
  String said() throws IOException {
    return Files.readString(output);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
