package io.dynamokv.edge;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dynamokv.edge.Http.Answer;
import io.dynamokv.membership.Member;
import io.dynamokv.resources.UnexpectedErrors;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.PreferenceList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What operators see of a node: the cluster, dumps, health, logs. */
class OperatorTest {
  private static BootedNode node;
  private static List<Member> members;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    members = BootedNode.members(4);
    node = BootedNode.boot(folder, members, 0, "cluster: {name: testing, reads: 1, writes: 3}");
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @BeforeEach
  void reset() {
    node.service.reset();
  }

  @Test
  void ping_is_answered() throws Exception {
    Answer answer = node.http().get("/ping");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("pong");
  }

  @Test
  void connectivity_lists_every_member() throws Exception {
    node.service.reachable = Set.of(members.get(0).id(), members.get(2).id());

    Answer answer = node.http().get("/check_connectivity");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().size()).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      assertThat(answer.json().path(members.get(i).address()).asText())
          .isEqualTo(i % 2 == 0 ? "reachable" : "unreachable");
    }
  }

  @Test
  void the_cluster_is_described() throws Exception {
    node.service.reachable = Set.of(members.get(0).id());

    Answer answer = node.http().get("/cluster");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body())
        .startsWith(
            "{\"name\":\"testing\",\"self\":\"node-1\",\"replicas\":3,\"reads\":1,\"writes\":3,"
                + "\"partitions\":1024,\"members\":[");
    Member second = members.get(1);
    assertThat(answer.json().path("members")).hasSize(4);
    assertThat(answer.json().path("members").get(0).path("state").asText()).isEqualTo("up");
    assertThat(answer.json().path("members").get(1))
        .hasToString(
            ("{\"id\":\"node-2\",\"address\":\"%s\",\"state\":\"down\",\"host\":\"127.0.0.1\","
                    + "\"ports\":{\"http\":%d,\"admin\":%d,\"messaging\":%d},\"rack\":\"r2\","
                    + "\"datacenter\":\"dc\",\"tokens\":%d,\"share\":%s}")
                .formatted(
                    second.address(),
                    second.httpPort(),
                    second.adminPort(),
                    second.messagingPort(),
                    node.service.view().ring().tokensOf(second.id()).size(),
                    node.service.view().ring().share(second.id())));
  }

  @Test
  void a_keys_place_is_described() throws Exception {
    Answer answer = node.http().get("/cluster/preference-list/YQ==");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("position").asText())
        .isEqualTo(Long.toUnsignedString(Key.of(new byte[] {'a'}).position()));
    PreferenceList list = node.service.view().ring().preferenceList(Key.of(new byte[] {'a'}));
    assertThat(answer.json().path("partition").asInt()).isEqualTo(list.partition());
    assertThat(answer.json().path("holders"))
        .extracting(holder -> holder.path("id").asText())
        .isEqualTo(list.holders().stream().map(MemberId::value).toList());
    assertThat(answer.json().path("fallbacks"))
        .extracting(fallback -> fallback.path("id").asText())
        .isEqualTo(list.fallbacks().stream().map(MemberId::value).toList());
    MemberId first = list.holders().get(0);
    String address =
        members.stream().filter(m -> m.id().equals(first)).findFirst().orElseThrow().address();
    assertThat(answer.json().path("holders").get(0))
        .hasToString(
            "{\"id\":\"%s\",\"address\":\"%s\",\"state\":\"up\"}".formatted(first, address));
  }

  @Test
  void a_nodes_own_dump_has_its_keys_in_the_order_of_the_ring() throws Exception {
    for (int i = 0; i < 300; i++) {
      node.service.addSibling(Key.of(("key-" + i).getBytes()), new byte[1000]);
    }

    List<String> lines = node.http().get("/internal/dump/my").body().lines().toList();

    assertThat(lines).hasSize(302);
    assertThat(lines.get(0)).isEqualTo("{\"node\":\"node-1\"}");
    assertThat(lines.get(301)).isEqualTo("{\"node\":\"node-1\",\"keys\":300}");
    List<String> keys =
        node.service.states.keySet().stream()
            .map(key -> java.util.Base64.getEncoder().encodeToString(key.bytes()))
            .toList();
    assertThat(lines.subList(1, 301))
        .extracting(line -> line.substring(8, line.indexOf('"', 8)))
        .isEqualTo(keys);
  }

  @Test
  void a_dump_that_can_not_go_on_says_so() throws Exception {
    node.service.thrown = new IllegalStateException("the disk is gone");

    List<String> lines = node.http().get("/internal/dump/my").body().lines().toList();

    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).contains("\"code\":\"storage_failed\"").doesNotContain("the disk");
  }

  @Test
  void the_names_of_the_metrics_are_listed() throws Exception {
    Answer answer = node.http().get("/internal/metric-names");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json())
        .extracting(name -> name.asText())
        .contains("http.bodies.bytes", "http.answers.bytes", "http.requests.GET");
  }

  @Test
  void requests_are_counted_and_timed() throws Exception {
    long before = node.metrics().timer("http.requests.PUT").getCount();
    long refused = node.metrics().meter("http.answers.4xx").getCount();

    node.http().put("/storage", "{}");

    // The answer is there a moment before the request is over.
    Gauges.await(() -> node.metrics().timer("http.requests.PUT").getCount() == before + 1);
    Gauges.await(() -> node.metrics().meter("http.answers.4xx").getCount() == refused + 1);
  }

  @Test
  void a_healthy_node_is_healthy_however_few_of_the_others_it_sees() throws Exception {
    node.service.reachable = Set.of(members.get(0).id());

    Answer answer = node.admin().get("/healthcheck");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("storage").path("healthy").asBoolean()).isTrue();
    assertThat(answer.json().path("deadlocks").path("healthy").asBoolean()).isTrue();
    assertThat(answer.json().path("cluster").path("message").asText())
        .isEqualTo("1 of 4 members reachable; not node-2, node-3, node-4");
  }

  @ParameterizedTest
  @CsvSource({
    "/tasks/repair, 200, ''",
    "/tasks/leave, 409, refused: this node can not leave",
    "/tasks/remove, 400, 'wanted: one parameter, member'",
    "/tasks/remove?member=a&member=b, 400, 'wanted: one parameter, member'",
    "/tasks/remove?member=node-1, 409, refused: node-1 is the node that was asked",
    "/tasks/remove?member=node-9, 409, refused: there is no member node-9",
    "/tasks/remove?member=node-2&force=true, 409, refused: node-2 can not be removed",
    "/tasks/backup, 400, 'wanted: one parameter, folder'",
    "/tasks/backup?folder=/x, 409, refused: the fake has no backups",
  })
  void what_a_task_answers_says_whether_it_was_done(String path, int status, String beginning)
      throws Exception {
    Answer answer = node.admin().post(path, "");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.headers()).containsEntry("content-type", "text/plain;charset=utf-8");
    assertThat(answer.body()).startsWith(beginning);
  }

  @Test
  void a_task_that_fails_leaves_the_reason_to_the_log() throws Exception {
    node.service.thrown = new IllegalStateException("a secret of this node's");

    Answer answer = node.admin().post("/tasks/repair", "");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body()).isEqualTo("failed: the node's log says why\n");
  }

  @Test
  void a_task_is_not_begun_by_looking_at_it() throws Exception {
    assertThat(node.admin().get("/tasks/leave").status()).isEqualTo(405);
  }

  @Test
  void a_node_that_can_not_store_is_unhealthy_and_says_why() throws Exception {
    node.service.failure = "100% of the disk is %s full";

    Answer answer = node.admin().get("/healthcheck");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.json().path("storage").path("message").asText())
        .isEqualTo("100% of the disk is %s full");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nothing", "/a|b", "/%2e%2e/x", "/healthcheck%zz"})
  void errors_on_the_admin_port_look_like_all_others(String path) throws Exception {
    Answer answer = node.admin().get(path);

    assertThat(answer.status()).isIn(400, 404, 405);
    assertThat(answer.json().path("error").path("code").asText()).isNotEmpty();
    assertThat(answer.body()).doesNotContain("Exception", "org.eclipse", "\tat ");
    assertThat(answer.headers()).doesNotContainKeys("server", "x-powered-by");
  }

  @Test
  void an_unexpected_error_carries_an_id_that_the_log_has_too() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(UnexpectedErrors.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      node.service.thrown = new IllegalStateException("secret details");

      Answer answer =
          node.http()
              .raw(
                  "DELETE /storage/YQ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      + "X-Request-Id: the-one\r\n\r\n");

      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.code()).isEqualTo("internal_error");
      assertThat(answer.json().path("success").isBoolean()).isTrue();
      assertThat(answer.body()).doesNotContain("secret details", "Exception");
      String id = answer.json().path("error").path("id").asText();
      assertThat(id).matches("[0-9a-f]{16}");
      assertThat(log.list).hasSize(1);
      assertThat(log.list.get(0).getFormattedMessage()).contains(id, "the-one");
      assertThat(log.list.get(0).getThrowableProxy().getMessage()).isEqualTo("secret details");
      assertThat(log.list.get(0).getMDCPropertyMap()).containsEntry("requestId", "the-one");
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void requests_leave_nothing_in_the_log() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    try {
      Http http = node.http();
      assertThat(http.put("/storage", "{\"key\":\"cXVpZXQ=\",\"value\":\"aGk=\"}").status())
          .isEqualTo(200);
      assertThat(http.get("/storage/cXVpZXQ=").status()).isEqualTo(200);
      assertThat(http.get("/storage/%21").status()).isEqualTo(400);
      assertThat(http.put("/storage", "{").status()).isEqualTo(400);
      assertThat(http.get("/nowhere").status()).isEqualTo(404);
      assertThat(http.post("/ping", "{}").status()).isEqualTo(405);
      assertThat(http.raw("NONSENSE\r\n\r\n").status()).isEqualTo(400);
      assertThat(http.get("/ping").status()).isEqualTo(200);

      assertThat(root.isInfoEnabled()).isTrue();
      assertThat(log.list).extracting(ILoggingEvent::toString).isEmpty();
    } finally {
      root.detachAppender(log);
    }
  }

  @Test
  void the_serving_process_is_named_in_the_pid_file() throws Exception {
    assertThat(Files.readString(node.directory.resolve("pid")))
        .isEqualTo(ProcessHandle.current().pid() + "\n");
  }

  @Test
  void what_is_switched_off_is_refused_and_a_stopped_node_leaves_no_pid_file(@TempDir Path folder)
      throws Exception {
    Path pid;
    try (BootedNode quiet =
        BootedNode.boot(folder, BootedNode.members(1), 0, "requests: {dump: false}")) {
      pid = quiet.directory.resolve("pid");
      assertThat(pid).exists();
      for (String path : new String[] {"dump/my", "dump/all", "metric-names"}) {
        Answer answer = quiet.http().get("/internal/" + path);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("switched_off");
      }
    }
    assertThat(pid).doesNotExist();
  }
}
