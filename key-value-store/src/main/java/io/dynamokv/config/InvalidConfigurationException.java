package io.dynamokv.config;

import io.dropwizard.configuration.ConfigurationException;
import java.util.List;

/** A configuration file can not be used; the message has everything that is wrong with it. */
public final class InvalidConfigurationException extends ConfigurationException {
  private static final long serialVersionUID = 1L;

  public InvalidConfigurationException(String path, List<String> errors) {
    super(path, errors);
  }
}
