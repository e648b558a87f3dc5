package io.dynamokv.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.dropwizard.logging.common.AbstractAppenderFactory;
import io.dropwizard.logging.common.AppenderFactory;
import io.dropwizard.logging.common.DefaultLoggingFactory;
import io.dropwizard.logging.common.LoggingFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How a node logs where the file does not say otherwise: what an operator needs, and of the
 * libraries only what went wrong. Stateless.
 */
public final class LoggingDefaults {
  /** Time first, so that the logs of several nodes can be sorted into one. */
  private static final String FORMAT =
      "%d{ISO8601,UTC} %-5level %logger{0}: %msg%replace( [%X{requestId}]){' \\[\\]',''}%n%rEx";

  private static final List<String> CHATTY =
      List.of(
          "com.sleepycat",
          "io.dropwizard",
          "io.dynamokv.resources.server.EdgeServer",
          "org.eclipse.jetty",
          "org.glassfish.jersey",
          "org.hibernate.validator");

  /**
   * The first warns of every connection that is refused or lost, so that strangers could fill the
   * disk; of those the messaging tells itself, now and then. The second warns of every resource
   * that is registered as an object, which is allowed, and the fastest.
   */
  private static final List<String> SUSPICIOUS =
      List.of("org.apache.activemq", "org.glassfish.jersey.internal.inject.Providers");

  /** The last two are what YAML makes of an OFF and an ON without quotes. */
  private static final Set<String> LEVELS =
      Set.of("OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL", "FALSE", "TRUE");

  private LoggingDefaults() {}

  /** Fills in what a section {@code logging} leaves open. */
  public static DefaultLoggingFactory apply(DefaultLoggingFactory logging) {
    Map<String, JsonNode> loggers = new HashMap<>();
    CHATTY.forEach(name -> loggers.put(name, TextNode.valueOf("WARN")));
    SUSPICIOUS.forEach(name -> loggers.put(name, TextNode.valueOf("ERROR")));
    loggers.putAll(logging.getLoggers());
    logging.setLoggers(loggers);
    for (AppenderFactory<?> appender : logging.getAppenders()) {
      if (appender instanceof AbstractAppenderFactory<?> known && known.getLogFormat() == null) {
        known.setLogFormat(FORMAT);
      }
    }
    return logging;
  }

  /** Refuses levels that there are not, which would silently be {@code INFO}. */
  public static void check(Problems problems, LoggingFactory logging) {
    if (logging instanceof DefaultLoggingFactory known) {
      checkLevel(problems, "logging.level", known.getLevel());
      known
          .getLoggers()
          .forEach(
              (name, setting) ->
                  checkLevel(
                      problems,
                      "logging.loggers." + name,
                      setting.isObject()
                          ? setting.path("level").asText("INFO")
                          : setting.asText()));
    }
  }

  private static void checkLevel(Problems problems, String key, String level) {
    problems.require(
        LEVELS.contains(level.toUpperCase(Locale.ROOT)),
        key,
        "must be one of OFF, ERROR, WARN, INFO, DEBUG, TRACE, ALL (is " + level + ")");
  }
}
