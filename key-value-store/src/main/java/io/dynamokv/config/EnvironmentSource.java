package io.dynamokv.config;

import io.dropwizard.configuration.ConfigurationSourceProvider;
import io.dropwizard.configuration.UndefinedEnvironmentVariableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.commons.text.StringSubstitutor;
import org.jspecify.annotations.Nullable;

/**
 * Puts the values of environment variables in the place of {@code ${NAME}} and {@code
 * ${NAME:-default}}. A variable that is not set and has no default is an error, except in a comment
 * line. Thread-safe.
 */
public final class EnvironmentSource implements ConfigurationSourceProvider {
  private final ConfigurationSourceProvider files;
  private final UnaryOperator<@Nullable String> environment;

  /**
   * @param environment the value of a variable, or null
   */
  public EnvironmentSource(
      ConfigurationSourceProvider files, UnaryOperator<@Nullable String> environment) {
    this.files = files;
    this.environment = environment;
  }

  /**
   * @throws UndefinedEnvironmentVariableException if a variable is neither set nor has a default
   */
  @Override
  public InputStream open(String path) throws IOException {
    try (InputStream in = files.open(path)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<String> lines = new ArrayList<>();
      for (String line : text.lines().toList()) {
        lines.add(substitute(line, lines.size() + 1));
      }
      return new ByteArrayInputStream(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }
  }

  private String substitute(String line, int number) {
    if (line.stripLeading().startsWith("#")) {
      return line;
    }
    StringSubstitutor substitutor = new StringSubstitutor(environment::apply);
    substitutor.setEnableUndefinedVariableException(true);
    try {
      return substitutor.replace(line);
    } catch (IllegalArgumentException e) {
      throw new UndefinedEnvironmentVariableException(
          "line "
              + number
              + ": an environment variable is not set and has no default: "
              + line.strip());
    }
  }
}
