package io.dynamokv.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.dropwizard.configuration.FileConfigurationSourceProvider;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import io.dynamokv.DynamoKvConfiguration;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The example file and the documented table say what the classes say. */
class ConfigurationDocumentsTest {
  private static final Path EXAMPLE = Path.of("dynamo-kv.example.yml");
  private static final Path TABLE = Path.of("../docs/configuration.md");
  private static final Map<String, Class<?>> SECTIONS = sections();

  private static Map<String, Class<?>> sections() {
    Map<String, Class<?>> sections = new LinkedHashMap<>();
    sections.put("cluster", ClusterConfiguration.class);
    sections.put("node", NodeConfiguration.class);
    sections.put("membership", MembershipConfiguration.class);
    sections.put("membership.members[]", MemberConfiguration.class);
    sections.put("membership.self", AddressConfiguration.class);
    sections.put("membership.consul", ConsulConfiguration.class);
    sections.put("messaging", MessagingConfiguration.class);
    sections.put("storage", StorageConfiguration.class);
    sections.put("hints", HintsConfiguration.class);
    sections.put("antiEntropy", AntiEntropyConfiguration.class);
    sections.put("tombstones", TombstonesConfiguration.class);
    sections.put("requests", RequestsConfiguration.class);
    return sections;
  }

  /** What can not be told from the field: required values, and defaults that depend on others. */
  private static final Map<String, String> EXCEPTIONS =
      Map.of(
          "cluster.reads", "a majority of `replicas`",
          "cluster.writes", "a majority of `replicas`",
          "node.id", "**required**",
          "node.directory", "**required**",
          "membership.members", "none",
          "membership.members[].id", "**required**",
          "membership.seeds", "none",
          "messaging.bindHost", "the member's own `host`");

  @Test
  void the_table_lists_every_key_with_its_default() throws Exception {
    assertThat(documented()).isEqualTo(expected());
  }

  @Test
  void the_example_can_be_used_and_shows_every_key_with_its_default() throws Exception {
    DynamoKvConfiguration configuration =
        new ConfigurationLoader<>(
                DynamoKvConfiguration.class,
                Validators.newValidator(),
                Jackson.newObjectMapper(),
                "dynamo-kv-test")
            .build(
                new EnvironmentSource(new FileConfigurationSourceProvider(), name -> null),
                EXAMPLE.toString());
    assertThat(configuration.self().id()).isEqualTo("node-1");

    JsonNode file = new ObjectMapper(new YAMLFactory()).readTree(EXAMPLE.toFile());
    Map<String, String> shown = new TreeMap<>();
    Map<String, String> defaults = new TreeMap<>();
    for (Map.Entry<String, Class<?>> section : SECTIONS.entrySet()) {
      JsonNode values = file.at("/" + section.getKey().replace("[]", "/0").replace('.', '/'));
      for (Map.Entry<String, String> entry : defaults(section.getValue()).entrySet()) {
        String key = section.getKey() + "." + entry.getKey();
        if (!EXCEPTIONS.containsKey(key)) {
          defaults.put(key, entry.getValue());
          shown.put(key, values.path(entry.getKey()).asText("missing"));
        }
      }
    }
    shown.put("cluster.secret", "");
    shown.put("membership.consul.token", "");
    assertThat(shown).isEqualTo(defaults);
  }

  @Test
  void reads_and_writes_in_the_example_are_their_defaults() throws Exception {
    JsonNode file = new ObjectMapper(new YAMLFactory()).readTree(EXAMPLE.toFile());

    assertThat(file.at("/cluster/reads").asInt()).isEqualTo(new ClusterConfiguration().reads());
    assertThat(file.at("/cluster/writes").asInt()).isEqualTo(new ClusterConfiguration().writes());
  }

  private static Map<String, String> expected() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    for (Map.Entry<String, Class<?>> section : SECTIONS.entrySet()) {
      for (Map.Entry<String, String> entry : defaults(section.getValue()).entrySet()) {
        String key = section.getKey() + "." + entry.getKey();
        String value = entry.getValue().isEmpty() ? "empty" : "`" + entry.getValue() + "`";
        expected.put(key, EXCEPTIONS.getOrDefault(key, value));
      }
    }
    return expected;
  }

  private static Map<String, String> documented() throws Exception {
    Map<String, String> documented = new TreeMap<>();
    Pattern row = Pattern.compile("^\\| `([^`]+)` \\| ([^|]+) \\|");
    for (String line : Files.readAllLines(TABLE)) {
      Matcher matcher = row.matcher(line);
      if (matcher.find() && !matcher.group(1).startsWith("server.")) {
        documented.put(matcher.group(1), matcher.group(2).strip());
      }
    }
    return documented;
  }

  /** The keys of a section and their defaults, as a file would say them. */
  private static Map<String, String> defaults(Class<?> section) throws Exception {
    Object instance = section.getDeclaredConstructor().newInstance();
    Map<String, String> defaults = new TreeMap<>();
    for (Class<?> at = section; at != Object.class; at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        boolean isSection = SECTIONS.containsValue(field.getType());
        if (field.isAnnotationPresent(JsonProperty.class) && !isSection) {
          field.setAccessible(true);
          defaults.put(field.getName(), text(field.get(instance)));
        }
      }
    }
    return defaults;
  }

  private static String text(Object value) {
    if (value instanceof Duration duration) {
      return inLargest(duration.toMilliseconds(), "h", 3_600_000, "s", 1000, "ms", 1);
    } else if (value instanceof DataSize size) {
      return inLargest(size.toBytes(), "GiB", 1L << 30, "MiB", 1 << 20, "KiB", 1 << 10);
    } else if (value instanceof Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT);
    }
    return String.valueOf(value);
  }

  /** A number in the largest of these units of which it is a multiple. */
  private static String inLargest(
      long value,
      String large,
      long largeUnit,
      String middle,
      long middleUnit,
      String small,
      long unit) {
    if (value % largeUnit == 0) {
      return value / largeUnit + large;
    }
    return value % middleUnit == 0 ? value / middleUnit + middle : value / unit + small;
  }
}
