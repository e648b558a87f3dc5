package io.dynamokv.resources;

import java.util.function.Function;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.model.Parameter;
import org.glassfish.jersey.server.spi.internal.ValueParamProvider;
import org.jspecify.annotations.Nullable;

/**
 * Gives resource methods their {@link Incoming}, which the server has put beside the request. It
 * does so without the dependency injection that other parameters go through, as it happens for
 * every request. Stateless.
 */
public final class IncomingProvider implements ValueParamProvider {
  /** The name under which the server keeps it. */
  public static final String ATTRIBUTE = "io.dynamokv.request";

  @Override
  public @Nullable Function<ContainerRequest, ?> getValueProvider(Parameter parameter) {
    return parameter.getRawType() == Incoming.class
        ? request -> request.getProperty(ATTRIBUTE)
        : null;
  }

  @Override
  public PriorityType getPriority() {
    return Priority.HIGH;
  }
}
