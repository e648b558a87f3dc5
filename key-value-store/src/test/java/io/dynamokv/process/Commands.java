package io.dynamokv.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine, for a limited time. */
final class Commands {
  private static final long PATIENCE_SECONDS = 300;

  private Commands() {}

  /** Runs a command and returns all that it said; an error if it fails, as it says why. */
  static String run(List<String> command, Map<String, String> environment) throws Exception {
    Path output = Files.createTempFile("command", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AssertionError(command + " failed:\n" + Files.readString(output));
      }
      return Files.readString(output);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  static String run(String... command) throws Exception {
    return run(List.of(command), Map.of());
  }

  /** Tries a command that this machine may not have, or may not allow. */
  static void attempt(String... command) throws Impossible {
    try {
      run(command);
    } catch (IOException | AssertionError e) {
      throw new Impossible(String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " "));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** What can not be done on this machine, and why. */
  static final class Impossible extends Exception {
    private static final long serialVersionUID = 1;

    Impossible(String why) {
      super(why);
    }
  }
}
