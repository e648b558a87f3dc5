package io.dynamokv.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.UndefinedEnvironmentVariableException;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import io.dynamokv.DynamoKvConfiguration;
import io.dynamokv.storage.Durability;
import jakarta.validation.Validator;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
  /** The least that a file must say. */
  private static final String MINIMAL =
      """
      node: {id: node-1, directory: data/node-1}
      membership:
        members:
          - {id: node-1}
      """;

  private static final Validator VALIDATOR = Validators.newValidator();
  private static final ObjectMapper MAPPER = Jackson.newObjectMapper();

  @Test
  void the_least_file_gives_a_node_with_all_defaults() throws Exception {
    DynamoKvConfiguration configuration = load(MINIMAL);

    assertThat(configuration.cluster().replicas()).isEqualTo(3);
    assertThat(configuration.cluster().reads()).isEqualTo(2);
    assertThat(configuration.cluster().writes()).isEqualTo(2);
    assertThat(configuration.storage().durability()).isEqualTo(Durability.SYNC);
    assertThat(configuration.requests().requestTimeout()).isEqualTo(Duration.seconds(2));
    assertThat(configuration.requests().maxValueSize()).isEqualTo(DataSize.mebibytes(1));
    assertThat(configuration.self().httpPort()).isEqualTo(8080);
    assertThat(configuration.membership().members()).hasSize(1);
  }

  @Test
  void reads_and_writes_default_to_a_majority_of_the_replicas() throws Exception {
    for (int[] expected : new int[][] {{1, 1}, {2, 2}, {3, 2}, {4, 3}, {5, 3}}) {
      DynamoKvConfiguration configuration =
          load(MINIMAL + "cluster: {replicas: " + expected[0] + "}\n");

      assertThat(configuration.cluster().reads()).isEqualTo(expected[1]);
      assertThat(configuration.cluster().writes()).isEqualTo(expected[1]);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          cluster: {replica: 3}                   | line 5: cluster.replica there is no such key
          clusters: {}                            | line 5: clusters there is no such key
          cluster: {replicas: 0}                  | line 5: cluster.replicas must be greater than or equal to 1 (is 0)
          cluster: {replicas: three}              | line 5: cluster.replicas must be an integer (is three)
          cluster: {replicas: 2.5}                | line 5: cluster.replicas
          cluster: {partitions: 1000}             | line 5: cluster.partitions must be a power of two (is 1000)
          cluster: {partitions: 131072}           | line 5: cluster.partitions must be less than or equal to 65536
          cluster: {reads: 4}                     | line 5: cluster.reads must be at most cluster.replicas, 3 (is 4)
          cluster: {writes: 4}                    | line 5: cluster.writes must be at most cluster.replicas, 3 (is 4)
          cluster: {writes: 0}                    | line 5: cluster.writes must be greater than or equal to 1
          cluster: {name: "a b"}                  | line 5: cluster.name must match
          cluster: {secret: tooshort}             | line 5: cluster.secret must have at least 16 characters (has 8)
          cluster: {secret: null}                 | line 5: cluster.secret must not be null
          cluster:                                | line 5: cluster must not be null
          cluster: 7                              | line 5: cluster
          storage: {engine: disk}                 | line 5: storage.engine must be one of je, memory (is disk)
          storage: {durability: maybe}            | line 5: storage.durability must be one of sync, write, none (is maybe)
          storage: {cacheSize: 1KiB}              | line 5: storage.cacheSize must be between
          storage: {cacheSize: big}               | line 5: storage.cacheSize Invalid size: big
          requests: {requestTimeout: soon}        | line 5: requests.requestTimeout Invalid duration: soon
          requests: {requestTimeout: 0ms}         | line 5: requests.requestTimeout must be between
          requests: {replicaTimeout: 3s}          | line 5: requests.replicaTimeout must be less than requests.requestTimeout
          requests: {forwardTimeout: 1s}          | line 5: requests.forwardTimeout must be more than requests.requestTimeout
          requests: {maxKeySize: 1MiB}            | line 5: requests.maxKeySize must be between
          requests: {maxBodyBytesInFlight: 1MiB}  | line 5: requests.maxBodyBytesInFlight must hold the largest body
          requests: {maxValueSize: 8323073B}      | line 5: requests.maxValueSize must be at most 8323072 bytes
          messaging: {maxFrameSize: 8259KiB}      | line 5: messaging.maxFrameSize must hold the largest state of a key, the largest key and 64KiB more, 8458240 bytes (is 8259 kibibytes)
          messaging: {bindHost: 0.0.0.0}          | cluster.secret must be set, because messaging.bindHost, 0.0.0.0, is not a loopback address: the same on every node, at least 16 characters
          messaging: {bindHost: "::"}             | cluster.secret must be set, because messaging.bindHost
          messaging: {bindHost: node-1.example}   | cluster.secret must be set, because messaging.bindHost
          messaging: {bindHost: my_host}          | line 5: messaging.bindHost must be a host name or an address (is my_host)
          requests: {dump: maybe}                 | line 5: requests.dump must be a boolean (is maybe)
          messaging: {suspectAfter: 500ms}        | line 5: messaging.suspectAfter must be more than twice messaging.heartbeatInterval
          messaging: {minBackoff: 3s}             | line 5: messaging.minBackoff must be at most messaging.maxBackoff
          messaging: {batchSize: 16MiB}           | line 5: messaging.batchSize must be at most messaging.maxFrameSize less 64KiB, 16711680 bytes
          messaging: {queueCount: 0}              | line 5: messaging.queueCount must be
          server: {maxThreads: 1}                 | line 5: server.maxThreads must be
          server: {minThreads: 100}               | server.threadPoolSizedCorrectly
          server: {applicationContextPath: /kv}   | line 5: server.applicationContextPath must be / (is /kv)
          server: {type: simple}                  | line 5: server.type there is no server but the default one
          server: {maxThreadz: 8}                 | line 5: server.maxThreadz there is no such key
          server: {applicationConnectors: [{type: http, port: 9}]} | line 5: server.applicationConnectors must have the port of this node's entry
          server: {adminConnectors: [{type: http, port: 9}]} | line 5: server.adminConnectors must have the port of this node's entry
          logging: {level: INFO, x: 1}            | line 5: logging.x there is no such key
          logging: {level: LOUD}                  | line 5: logging.level must be one of OFF, ERROR, WARN, INFO, DEBUG, TRACE, ALL (is LOUD)
          logging: {loggers: {x: LOUD}}           | line 5: logging.loggers.x must be one of OFF
          logging: {loggers: {x: {level: LOUD}}}  | line 5: logging.loggers.x must be one of OFF
          logging: {appenders: [{type: paper}]}   | line 5: logging.appenders[0]
          node: {id: node-1, directory: x}        | Duplicate
          """)
  void every_mistake_is_told_with_its_line_and_key(String line, String message) {
    assertThat(refused(MINIMAL + line + "\n")).contains(message).doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          node: {id: node-2, directory: d}, membership: {members: [{id: node-1}]} | line 1: node.id must be the id of one of membership.members (is node-2)
          node: {directory: d}, membership: {members: [{id: node-1}]} | line 1: node.id must not be blank
          node: {id: node-1}, membership: {members: [{id: node-1}]}   | line 1: node.directory must not be blank
          membership: {members: [{id: node-1}]}                       | node.id must not be blank
          node: {id: node-1, directory: d}                            | membership.members must not be empty
          node: {id: node-1, directory: d}, membership: {members: []} | line 1: membership.members must not be empty
          node: {id: node-1, directory: d}, membership: {members: [null]} | line 1: membership.members[0]
          node: {id: node-1, directory: d}, membership: {members: [{id: "a b"}]} | membership.members[0].id must match
          node: {id: node-1, directory: d}, membership: {members: [{id: node-1, httpPort: 0}]} | line 1: membership.members[0].httpPort must be
          node: {id: node-1, directory: d}, membership: {members: [{id: node-1, httpPort: 65536}]} | line 1: membership.members[0].httpPort must be
          node: {id: node-1, directory: d}, membership: {members: [{id: node-1, host: ""}]} | line 1: membership.members[0].host must not be blank
          node: {id: node-1, directory: d}, membership: {members: [{id: node-1, httpPort: 8081}]} | line 1: membership.members[0].adminPort is already another port: 127.0.0.1:8081
          node: {id: node-1, directory: d}, membership: {members: [{id: node-1}, {id: node-1, host: localhost}]} | line 1: membership.members[1].id must not be that of another member: node-1
          node: {id: node-1, directory: d}, membership: {members: [{id: node-1}, {id: node-2}]} | line 1: membership.members[1].httpPort is already another port: 127.0.0.1:8080
          node: {id: node-1, directory: d}, membership: {provider: dns, members: [{id: node-1}]} | line 1: membership.provider must be one of static, seeds, consul (is dns)
          node: {id: node-1, directory: d}, membership: {members: [{id: node-1, host: 10.0.0.1}]} | cluster.secret must be set, because not every member's host is a loopback address
          node: {id: node-1, directory: d}, membership: {members: [{id: node-1, host: my_host}]} | line 1: membership.members[0].host must be a host name or an address that can be connected to (is my_host)
          """)
  void every_mistake_about_who_is_who_is_told(String flow, String message) {
    assertThat(refused("{" + flow + "}")).contains(message);
  }

  @Test
  void all_mistakes_are_told_at_once() {
    String message =
        refused(MINIMAL + "cluster: {replicas: 0, partitions: 0}\nrequests: {maxInFlight: 0}\n");

    assertThat(message)
        .startsWith("node.yml has the following errors:")
        .contains("cluster.replicas", "cluster.partitions", "line 6: requests.maxInFlight");
  }

  @Test
  void a_secret_is_never_shown() {
    assertThat(refused(MINIMAL + "cluster: {secret: \"hunter2\"}\n")).doesNotContain("hunter2");
  }

  @Test
  void a_secret_lets_members_be_on_other_machines() throws Exception {
    String file =
        """
        {cluster: {secret: "0123456789abcdef"}, node: {id: a, directory: d},
         membership: {members: [{id: a, host: 10.0.0.1}, {id: b, host: db.example}]}}
        """;

    assertThat(load(file).membership().members()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "::1"})
  void a_messaging_port_that_only_this_machine_reaches_needs_no_secret(String host)
      throws Exception {
    DynamoKvConfiguration configuration =
        load(MINIMAL + "messaging: {bindHost: \"" + host + "\"}\n");

    assertThat(configuration.messaging().bindHost()).isEqualTo(host);
  }

  @Test
  void a_secret_lets_the_messaging_port_be_open_to_other_machines() throws Exception {
    DynamoKvConfiguration configuration =
        load(MINIMAL + "cluster: {secret: \"0123456789abcdef\"}\nmessaging: {bindHost: 0.0.0.0}\n");

    assertThat(configuration.messaging().bindHost()).isEqualTo("0.0.0.0");
  }

  @Test
  void the_largest_value_fits_in_a_state_and_the_largest_state_in_a_frame() throws Exception {
    DynamoKvConfiguration configuration =
        load(MINIMAL + "requests: {maxValueSize: 8323072B}\nmessaging: {maxFrameSize: 8260KiB}\n");

    assertThat(configuration.requests().maxValueSize().toBytes()).isEqualTo(8323072);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   \n", "# nothing\n", "---\n", "just text", "[1, 2]", "7"})
  void a_file_without_settings_is_refused(String file) {
    assertThat(refused(file)).contains("node.yml");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"cluster: {name: [}", "cluster:\n\tname: x", "cluster: \"x", "a: b: c", "&a *b"})
  void a_file_that_is_not_yaml_is_refused_with_its_line(String text) {
    assertThat(refused(MINIMAL + text)).containsPattern("line [5-7]");
  }

  @Test
  void a_key_that_comes_twice_is_refused() {
    assertThat(refused(MINIMAL + "requests: {dump: true}\nrequests: {dump: false}\n"))
        .contains("requests")
        .containsIgnoringCase("duplicate");
  }

  @Test
  void a_file_may_be_missing_only_with_a_plain_word_about_it() {
    ConfigurationException e =
        catchThrowableOfType(ConfigurationException.class, () -> loader().build());

    assertThat(e).hasMessageContaining("no configuration file was named");
  }

  @Test
  void environment_variables_are_put_in_their_places() throws Exception {
    Map<String, String> environment = Map.of("ID", "node-1", "SECRET", "s: #[]{}0123456789");

    DynamoKvConfiguration configuration =
        load(
            """
            # ${NOT_SET} in a comment is left alone
            cluster: {secret: "${SECRET}", name: ${NAME:-other}}
            node: {id: ${ID}, directory: d}
            membership: {members: [{id: "${ID}", httpPort: ${PORT:-9090}}]}
            """,
            environment);

    assertThat(configuration.node().id()).isEqualTo("node-1");
    assertThat(configuration.cluster().name()).isEqualTo("other");
    assertThat(configuration.cluster().secret()).isEqualTo("s: #[]{}0123456789");
    assertThat(configuration.self().httpPort()).isEqualTo(9090);
  }

  @Test
  void a_variable_without_a_value_or_a_default_is_an_error() {
    Throwable e = catchThrowable(() -> load(MINIMAL + "cluster: {name: ${NOT_SET}}"));

    assertThat(e)
        .isInstanceOf(UndefinedEnvironmentVariableException.class)
        .hasMessageContaining("line 5: ")
        .hasMessageContaining("${NOT_SET}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "logging:\n", "logging: {}\n"})
  void a_file_that_says_nothing_about_logging_gets_the_defaults(String logging) throws Exception {
    DynamoKvConfiguration configuration = load(MINIMAL + logging);

    assertThat(
            ((io.dropwizard.logging.common.DefaultLoggingFactory) configuration.getLoggingFactory())
                .getLoggers())
        .containsKey("org.eclipse.jetty");
  }

  @Test
  void the_libraries_talk_only_of_what_went_wrong_unless_the_file_says_otherwise()
      throws Exception {
    DynamoKvConfiguration configuration =
        load(MINIMAL + "logging: {level: DEBUG, loggers: {org.eclipse.jetty: INFO}}\n");

    assertThat(
            ((io.dropwizard.logging.common.DefaultLoggingFactory) configuration.getLoggingFactory())
                .getLoggers())
        .hasEntrySatisfying(
            "org.eclipse.jetty", level -> assertThat(level.asText()).isEqualTo("INFO"))
        .hasEntrySatisfying("com.sleepycat", level -> assertThat(level.asText()).isEqualTo("WARN"))
        .hasEntrySatisfying(
            "org.apache.activemq", level -> assertThat(level.asText()).isEqualTo("ERROR"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"OFF", "\"off\"", "debug", "{level: TRACE}", "{additive: false}"})
  void every_level_that_there_is_can_be_used(String level) throws Exception {
    String file = MINIMAL + "logging: {level: WARN, loggers: {io.dynamokv: " + level + "}}\n";

    assertThat(load(file).getLoggingFactory()).isNotNull();
  }

  private static String refused(String file) {
    return String.valueOf(
        catchThrowableOfType(ConfigurationException.class, () -> load(file)).getMessage());
  }

  private static DynamoKvConfiguration load(String file) throws Exception {
    return load(file, Map.of());
  }

  private static DynamoKvConfiguration load(String file, Map<String, String> environment)
      throws Exception {
    return loader()
        .build(
            new EnvironmentSource(
                path -> new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)),
                environment::get),
            "node.yml");
  }

  private static ConfigurationLoader<DynamoKvConfiguration> loader() {
    return new ConfigurationLoader<>(
        DynamoKvConfiguration.class, VALIDATOR, MAPPER, "dynamo-kv-test");
  }
}
