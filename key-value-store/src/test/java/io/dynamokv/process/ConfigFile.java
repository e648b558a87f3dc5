package io.dynamokv.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;

/** The configuration that a local cluster wrote for a node, changed as an operator would. */
record ConfigFile(String text) {
  static ConfigFile read(Path file) throws IOException {
    return new ConfigFile(Files.readString(file));
  }

  /** For a node of this name that keeps its data in this folder. */
  ConfigFile as(String id, Path folder) {
    return replace("(?m)^  id: .*$", "  id: " + id)
        .replace("(?m)^  directory: .*$", "  directory: '" + folder + "'");
  }

  /** At three ports from this one on. */
  ConfigFile at(int port) {
    return replace(
        "httpPort: \\d+, adminPort: \\d+, messagingPort: \\d+",
        "httpPort: %d, adminPort: %d, messagingPort: %d".formatted(port, port + 1, port + 2));
  }

  /** With one more line in the section {@code membership}. */
  ConfigFile withMembership(String line) {
    return replace("(?m)^  provider: .*$", "$0\n  " + line);
  }

  /** With one more section. */
  ConfigFile with(String section) {
    return new ConfigFile(text + section + "\n");
  }

  private ConfigFile replace(String pattern, String by) {
    String replacement = by.startsWith("$0") ? by : Matcher.quoteReplacement(by);
    return new ConfigFile(text.replaceFirst(pattern, replacement));
  }

  /** Writes it, into a folder that is made if need be. */
  Path write(Path file) throws IOException {
    Files.createDirectories(file.resolveSibling("log"));
    return Files.writeString(file, text);
  }
}
