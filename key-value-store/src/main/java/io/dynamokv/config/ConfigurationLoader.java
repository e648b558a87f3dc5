package io.dynamokv.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.ConfigurationParsingException;
import io.dropwizard.configuration.ConfigurationSourceProvider;
import io.dropwizard.configuration.YamlConfigurationFactory;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads a configuration file and says plainly what is wrong with it: each problem with its line and
 * key, what is wanted and what is there. Not thread-safe; made for one file.
 */
public final class ConfigurationLoader<T extends CheckedConfiguration>
    extends YamlConfigurationFactory<T> {
  private final Validator validator;
  private YamlLines lines = new YamlLines("");

  public ConfigurationLoader(
      Class<T> type, Validator validator, ObjectMapper mapper, String propertyPrefix) {
    super(
        type,
        null,
        mapper
            .copy()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT),
        propertyPrefix);
    this.validator = validator;
  }

  @Override
  public T build() throws ConfigurationException {
    throw new InvalidConfigurationException(
        "The configuration", List.of("no configuration file was named"));
  }

  @Override
  public T build(ConfigurationSourceProvider provider, String path)
      throws IOException, ConfigurationException {
    try {
      return super.build(provider, path);
    } catch (ConfigurationParsingException e) {
      throw explained(e, path);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new InvalidConfigurationException(path, List.of(at(line) + firstLine(e)));
    }
  }

  /** Of what the YAML parser says, the reason; its own lines begin at 0. */
  private static ConfigurationException explained(ConfigurationParsingException e, String path) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
        String problem = at(yaml.getProblemMark().getLine() + 1) + "malformed YAML: ";
        return new InvalidConfigurationException(path, List.of(problem + yaml.getProblem()));
      }
    }
    return e;
  }

  @Override
  protected JsonParser createParser(InputStream input) throws IOException {
    byte[] text = input.readAllBytes();
    lines = new YamlLines(new String(text, StandardCharsets.UTF_8));
    return super.createParser(new ByteArrayInputStream(text));
  }

  @Override
  protected T build(JsonNode node, String path) throws IOException, ConfigurationException {
    if (!node.isObject()) {
      throw new InvalidConfigurationException(path, List.of("it holds no settings"));
    }
    T configuration = bind(node, path);
    List<String> errors = new ArrayList<>();
    for (ConstraintViolation<T> violation : validator.validate(configuration)) {
      String key = violation.getPropertyPath().toString();
      errors.add(error(key, violation.getMessage() + shown(key, violation.getInvalidValue())));
    }
    if (errors.isEmpty()) {
      Problems problems = new Problems();
      configuration.check(problems);
      problems.found().forEach(problem -> errors.add(error(problem.key(), problem.message())));
    }
    if (!errors.isEmpty()) {
      errors.sort(String::compareTo);
      throw new InvalidConfigurationException(path, errors);
    }
    return configuration;
  }

  private T bind(JsonNode node, String path) throws IOException, ConfigurationException {
    try {
      return super.build(node, path);
    } catch (ConfigurationException e) {
      if (e.getCause() instanceof JsonMappingException mapping) {
        String key = keyOf(mapping);
        throw new InvalidConfigurationException(path, List.of(error(key, explain(mapping))));
      }
      throw e;
    }
  }

  private static String explain(JsonMappingException e) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      return "there is no such key; there are "
          + String.join(
              ", ", unknown.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList());
    } else if (e instanceof InvalidFormatException format) {
      return "must be " + describe(format.getTargetType()) + " (is " + format.getValue() + ")";
    }
    return firstLine(e);
  }

  private static String describe(Class<?> type) {
    if (type.isEnum()) {
      List<String> names = new ArrayList<>();
      for (Object constant : type.getEnumConstants()) {
        names.add(constant.toString().toLowerCase(Locale.ROOT));
      }
      return "one of " + String.join(", ", names);
    }
    return type == int.class || type == Integer.class
        ? "an integer"
        : "a " + type.getSimpleName().toLowerCase(Locale.ROOT);
  }

  private static String firstLine(JsonProcessingException e) {
    Throwable reason = e.getCause() instanceof IllegalArgumentException known ? known : e;
    String message = reason == e ? e.getOriginalMessage() : reason.getMessage();
    return String.valueOf(message).lines().findFirst().orElse("it can not be read");
  }

  private static String keyOf(JsonMappingException e) {
    StringBuilder key = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        key.append('[').append(step.getIndex()).append(']');
      } else {
        key.append(key.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return key.toString();
  }

  private String error(String key, String message) {
    return at(lines.lineOf(key)) + (key.isEmpty() ? "" : key + " ") + message;
  }

  private static String at(int line) {
    return line > 0 ? "line " + line + ": " : "";
  }

  /** What stands there, unless it is secret, or too much to show. */
  private static String shown(String key, Object value) {
    boolean simple =
        value instanceof Number || value instanceof CharSequence || value instanceof Comparable;
    return simple && !key.endsWith("secret") ? " (is " + value + ")" : "";
  }
}
