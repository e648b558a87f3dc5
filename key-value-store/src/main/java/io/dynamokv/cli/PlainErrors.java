package io.dynamokv.cli;

import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.UndefinedEnvironmentVariableException;
import java.io.IOException;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says on the console why a command has ended, without a stack trace. Stateless. */
final class PlainErrors {
  private static final Logger LOG = LoggerFactory.getLogger(PlainErrors.class);

  private PlainErrors() {}

  static void print(PrintWriter console, Throwable cause) {
    boolean isExpected =
        cause instanceof ConfigurationException
            || cause instanceof UndefinedEnvironmentVariableException
            || cause instanceof IOException;
    if (!isExpected) {
      LOG.error("The command has failed", cause);
    }
    String message = cause.getMessage();
    console.println(message == null ? cause.getClass().getSimpleName() : message.stripTrailing());
    console.flush();
  }
}
