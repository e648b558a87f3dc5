package io.dynamokv.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.dropwizard.logging.common.AbstractAppenderFactory;
import io.dropwizard.logging.common.AppenderFactory;
import io.dropwizard.logging.common.DefaultLoggingFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
          "org.apache.activemq",
          "org.eclipse.jetty",
          "org.glassfish.jersey",
          "org.hibernate.validator");

  /** Warns of every resource that is registered as an object, which is allowed, and the fastest. */
  private static final String SUSPICIOUS = "org.glassfish.jersey.internal.inject.Providers";

  private LoggingDefaults() {}

  /** Fills in what a section {@code logging} leaves open. */
  public static DefaultLoggingFactory apply(DefaultLoggingFactory logging) {
    Map<String, JsonNode> loggers = new HashMap<>();
    CHATTY.forEach(name -> loggers.put(name, TextNode.valueOf("WARN")));
    loggers.put(SUSPICIOUS, TextNode.valueOf("ERROR"));
    loggers.putAll(logging.getLoggers());
    logging.setLoggers(loggers);
    for (AppenderFactory<?> appender : logging.getAppenders()) {
      if (appender instanceof AbstractAppenderFactory<?> known && known.getLogFormat() == null) {
        known.setLogFormat(FORMAT);
      }
    }
    return logging;
  }
}
