package io.dynamokv.cli;

import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.UndefinedEnvironmentVariableException;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says on the console why a command has ended, in plain words. Only what nobody has foreseen is
 * logged with its stack trace. Stateless.
 */
final class PlainErrors {
  private static final Logger LOG = LoggerFactory.getLogger(PlainErrors.class);
  private static final String OUR_OWN = "io.dynamokv.";

  private PlainErrors() {}

  static void print(PrintWriter console, Throwable failure) {
    Throwable foreseen = firstForeseen(failure);
    if (foreseen == null) {
      LOG.error("The command has failed", failure);
    }
    Throwable told = foreseen == null ? failure : foreseen;
    String message = told.getMessage();
    console.println(message == null ? told.getClass().getSimpleName() : message.stripTrailing());
    console.flush();
  }

  private static @Nullable Throwable firstForeseen(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConfigurationException
          || cause instanceof UndefinedEnvironmentVariableException
          || cause instanceof IOException
          || cause.getClass().getName().startsWith(OUR_OWN)) {
        return cause;
      }
    }
    return null;
  }
}
