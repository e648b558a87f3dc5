package io.dynamokv.membership.consul;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.dynamokv.LogCapture;
import io.dynamokv.membership.Contact;
import io.dynamokv.membership.Member;
import io.dynamokv.membership.MemberState;
import io.dynamokv.ring.MemberId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real agent. */
@Timeout(120)
class ConsulProviderIT {
  private static final String SERVICE = "/v1/catalog/service/dynamo";

  private final List<AutoCloseable> open = new ArrayList<>();
  private final LogCapture log = LogCapture.ofPackage(ConsulProvider.class);

  @TempDir private Path folder;

  @AfterEach
  void closeAll() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
    log.close();
  }

  @Test
  void nodes_find_each_other_and_who_is_closed_is_gone() throws Exception {
    ConsulAgent agent = opened(ConsulAgent.start(folder));
    Found first = new Found();
    Found second = new Found();
    start(agent, "shop", "node-1", first);
    ConsulProvider leaving = start(agent, "shop", "node-2", second);

    first.await("node-1", "node-2");
    second.await("node-1", "node-2");
    assertThat(first.last()).contains(new Contact(new MemberId("node-2"), "127.0.0.1", 7002, true));
    leaving.close();

    first.await("node-1");
    assertThat(agent.get(SERVICE)).hasSize(1);
    assertThat(log.from(Level.WARN)).isEmpty();
  }

  @Test
  void all_that_is_known_of_a_node_is_in_the_catalog_and_changes_with_its_state() throws Exception {
    ConsulAgent agent = opened(ConsulAgent.start(folder));
    ConsulProvider provider = start(agent, "shop", "node-1", new Found());
    awaitState(agent, "joining");

    provider.announce(MemberState.LEAVING);
    provider.announce(MemberState.UP);

    awaitState(agent, "up");
    JsonNode service = agent.get(SERVICE).get(0);
    assertThat(service.path("ServiceID").asText()).isEqualTo("dynamo-shop-node-1");
    assertThat(service.path("ServiceAddress").asText()).isEqualTo("127.0.0.1");
    assertThat(service.path("ServicePort").asInt()).isEqualTo(8001);
    assertThat(service.path("ServiceTags").toString()).isEqualTo("[\"rack=r1\",\"state=up\"]");
    JsonNode meta = service.path("ServiceMeta");
    assertThat(meta).hasSize(10);
    assertThat(meta.path("id").asText()).isEqualTo("node-1");
    assertThat(meta.path("node-id").asText()).isEqualTo("000000000000beef");
    assertThat(meta.path("messaging-port").asText()).isEqualTo("7001");
  }

  @Test
  void consul_asks_the_admin_port_for_health_and_an_unhealthy_node_is_found_failing()
      throws Exception {
    ConsulAgent agent = opened(ConsulAgent.start(folder));
    Member member = member("node-1", ConsulAgent.freePorts(1)[0]);
    Found found = new Found();
    opened(provider(settings(agent, ""), "shop", member)).start(found);

    found.await("node-1");
    assertThat(health(agent)).isEqualTo("critical");
    assertThat(found.last()).allMatch(Contact::isFailing);
    serveHealth(member.adminPort());

    ConsulAgent.await("the check to pass", () -> health(agent).equals("passing"));
    ConsulAgent.await(
        "that to be found", () -> found.last().stream().noneMatch(Contact::isFailing));
    assertThat(found.last()).hasSize(1);
  }

  @Test
  void a_node_that_the_agent_has_forgotten_registers_again() throws Exception {
    ConsulAgent agent = opened(ConsulAgent.start(folder));
    start(agent, "shop", "node-1", new Found()).announce(MemberState.UP);
    awaitState(agent, "up");

    agent.kill();
    agent.restart();
    awaitState(agent, "up");
    agent.put("/v1/agent/service/deregister/dynamo-shop-node-1", "");

    awaitState(agent, "up");
    assertThat(log.from(Level.INFO))
        .contains("registered dynamo-shop-node-1 again, for the agent had forgotten it");
  }

  @Test
  void contacts_stay_while_consul_is_lost_and_newcomers_are_found_when_it_is_back()
      throws Exception {
    ConsulAgent agent = opened(ConsulAgent.start(folder));
    Found found = new Found();
    start(agent, "shop", "node-1", found);
    raiseIndex(agent);
    start(agent, "shop", "node-2", new Found());
    found.await("node-1", "node-2");
    int before = found.times();

    agent.kill();
    ConsulAgent.await("the loss to be told by both", () -> linesWith("can not").size() == 2);
    ConsulProvider newcomer = start(agent, "shop", "node-3", new Found());
    newcomer.announce(MemberState.UP);
    ConsulAgent.await("the newcomer to tell it", () -> linesWith("can not").size() == 3);
    assertThat(found.times()).isEqualTo(before);
    agent.restart();

    found.await("node-1", "node-2", "node-3");
    ConsulAgent.await("all to tell that it is back", () -> linesWith("is back").size() == 3);
    assertThat(linesWith("can not")).hasSize(3).allMatch(line -> line.contains("still trying: "));
    assertThat(log.showsStackTrace()).isFalse();
  }

  @Test
  void a_token_is_used_and_who_has_a_wrong_one_is_told_so_without_it() throws Exception {
    ConsulAgent agent = opened(ConsulAgent.startWithAcls(folder));
    String manager = bootstrapAcls(agent);
    String token = serviceToken(agent, manager);
    Found found = new Found();
    opened(provider(settings(agent, token), "shop", member("node-1", 9001))).start(found);
    found.await("node-1");

    String wrong = "0f0f0f0f-1111-2222-3333-444444444444";
    ConsulProvider stranger =
        opened(provider(settings(agent, wrong), "shop", member("node-2", 9002)));
    stranger.start(new Found());
    stranger.announce(MemberState.UP);
    ConsulAgent.await("a refusal", () -> !linesWith("can not").isEmpty());
    ConsulProvider anybody = opened(provider(settings(agent, ""), "shop", member("node-3", 9003)));
    anybody.start(new Found());
    ConsulAgent.await("another refusal", () -> linesWith("can not").size() > 1);
    stranger.close();

    assertThat(linesWith("can not")).hasSize(2).allMatch(line -> line.contains("status [403]"));
    assertThat(log.from(Level.DEBUG)).noneMatch(line -> line.contains(wrong));
    assertThat(log.showsStackTrace()).isFalse();
    assertThat(agent.get(SERVICE, manager)).hasSize(1);
  }

  @Test
  void what_is_not_a_member_of_the_cluster_is_skipped_and_told_once() throws Exception {
    ConsulAgent agent = opened(ConsulAgent.start(folder));
    Found found = new Found();
    Found bank = new Found();
    start(agent, "bank", "node-7", bank);
    bank.await("node-7");
    register(agent, "bare", "{}");
    register(agent, "nameless", "{\"cluster\": \"shop\", \"messaging-port\": \"7009\"}");
    register(
        agent,
        "portless",
        "{\"cluster\": \"shop\", \"id\": \"node-9\", \"host\": \"h\", \"messaging-port\": \"0\"}");
    ConsulAgent.await("all to be told", () -> linesWith("not a member").size() == 3);

    start(agent, "shop", "node-1", found);
    found.await("node-1");
    start(agent, "shop", "node-2", new Found());
    found.await("node-1", "node-2");

    String of = " on Consul's node test: ";
    assertThat(linesWith("dynamo-bank-node-7" + of + "it is of cluster bank")).hasSize(2);
    assertThat(linesWith("nameless" + of + "a member's id has 1 to 64")).hasSize(2);
    assertThat(linesWith("portless" + of + "a messaging port is 1 to 65535: 0")).hasSize(2);
    // By node-7 too.
    assertThat(linesWith("bare" + of + "it names no cluster")).hasSize(3);
  }

  @Test
  void closing_does_not_wait_for_an_agent_that_hangs() throws Exception {
    ConsulAgent agent = opened(ConsulAgent.start(folder));
    Found found = new Found();
    ConsulProvider provider = start(agent, "shop", "node-1", found);
    found.await("node-1");

    agent.pause();
    provider.announce(MemberState.LEAVING);
    long begunNanos = System.nanoTime();
    provider.close();

    assertThat(Duration.ofNanos(System.nanoTime() - begunNanos))
        .isLessThan(Duration.ofMillis(3500));
    assertThat(linesWith("could not deregister dynamo-shop-node-1")).hasSize(1);
    assertThat(threads()).isEmpty();
  }

  private ConsulProvider start(ConsulAgent agent, String cluster, String id, Found found) {
    int adminPort = 9000 + number(id);
    ConsulProvider provider = opened(provider(settings(agent, ""), cluster, member(id, adminPort)));
    provider.start(found);
    return provider;
  }

  private static ConsulProvider provider(ConsulSettings settings, String cluster, Member member) {
    return new ConsulProvider(settings, cluster, member, 0xBEEF, new SecureRandom());
  }

  private static ConsulSettings settings(ConsulAgent agent, String token) {
    return new ConsulSettings(
        agent.url(),
        ConsulSettings.DEFAULT_SERVICE,
        token,
        Duration.ofSeconds(1),
        Duration.ofMinutes(1));
  }

  private static Member member(String id, int adminPort) {
    return new Member(
        new MemberId(id),
        "127.0.0.1",
        8000 + number(id),
        adminPort,
        7000 + number(id),
        "r1",
        "dc1");
  }

  private static int number(String id) {
    return Integer.parseInt(id.substring("node-".length()));
  }

  private <T extends AutoCloseable> T opened(T one) {
    open.add(one);
    return one;
  }

  private List<String> linesWith(String text) {
    return log.from(Level.INFO).stream().filter(line -> line.contains(text)).toList();
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("consul-"))
        .toList();
  }

  private static void awaitState(ConsulAgent agent, String state) throws Exception {
    ConsulAgent.await(
        "the state " + state,
        () -> agent.get(SERVICE).path(0).path("ServiceMeta").path("state").asText().equals(state));
  }

  /** So that an agent that has forgotten everything is far behind for a while. */
  private static void raiseIndex(ConsulAgent agent) throws Exception {
    for (int i = 0; i < 100; i++) {
      agent.put("/v1/kv/index", "" + i);
    }
  }

  private static String health(ConsulAgent agent) throws Exception {
    return agent.get("/v1/health/checks/dynamo").path(0).path("Status").asText();
  }

  private void serveHealth(int port) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext(
        "/healthcheck",
        exchange -> {
          byte[] body = "{}".getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    opened(() -> server.stop(0));
  }

  private static void register(ConsulAgent agent, String id, String meta) throws Exception {
    agent.put(
        "/v1/agent/service/register",
        "{\"Name\": \"dynamo\", \"ID\": \"%s\", \"Meta\": %s}".formatted(id, meta));
  }

  /** Makes the token of who may do everything, and gives the agent one. */
  private static String bootstrapAcls(ConsulAgent agent) throws Exception {
    List<String> made = new ArrayList<>();
    ConsulAgent.await(
        "ACLs to be ready",
        () -> made.add(agent.put("/v1/acl/bootstrap", "", "").path("SecretID").asText()));
    String manager = made.get(0);
    agent.put("/v1/agent/token/agent", "{\"Token\": \"" + manager + "\"}", manager);
    return manager;
  }

  /** Makes a token that may do what {@link ConsulSettings} says is needed, and nothing else. */
  private static String serviceToken(ConsulAgent agent, String manager) throws Exception {
    agent.put(
        "/v1/acl/policy",
        "{\"Name\": \"dynamo\", \"Rules\":"
            + " \"service \\\"dynamo\\\" {policy=\\\"write\\\"}"
            + " node_prefix \\\"\\\" {policy=\\\"read\\\"}\"}",
        manager);
    return agent
        .put("/v1/acl/token", "{\"Policies\": [{\"Name\": \"dynamo\"}]}", manager)
        .path("SecretID")
        .asText();
  }
}
