package io.dynamokv.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.coordination.GetOutcome;
import io.dynamokv.coordination.PutOutcome;
import io.dynamokv.edge.Http.Answer;
import io.dynamokv.membership.Member;
import io.dynamokv.ring.Key;
import io.dynamokv.ring.MemberId;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that holds no key, and one that holds them all. */
class ForwardingTest {
  private static final String BUSY =
      """
      HTTP/1.1 503 Service Unavailable\r
      Content-Type: application/json\r
      Retry-After: 7\r
      Content-Length: 31\r
      \r
      {"error":{"code":"overloaded"}}""";

  private static BootedNode outsider;
  private static BootedNode holder;

  /** Nobody listens there. */
  private static Member dead;

  @BeforeAll
  static void boot(@TempDir Path folder) throws Exception {
    List<Member> members = BootedNode.members(3);
    dead = members.get(2);
    outsider =
        BootedNode.boot(
            folder,
            members,
            0,
            "requests: {replicaTimeout: 100ms, requestTimeout: 400ms, forwardTimeout: 700ms,"
                + " maxForwardsInFlight: 3}");
    holder = BootedNode.boot(folder, members, 1);
  }

  @AfterAll
  static void stop() throws Exception {
    outsider.close();
    holder.close();
  }

  @BeforeEach
  void reset() {
    holder.service.reset();
    outsider.service.reset();
    candidates(holder.self);
  }

  private static void candidates(Member... members) {
    outsider.service.elsewhere = List.of(members);
  }

  @Test
  void a_client_sees_no_difference() throws Exception {
    Answer put = put("YQ==", "aGk=", 3);
    assertThat(put.status()).isEqualTo(200);
    assertThat(holder.service.lastWanted).isEqualTo(3);
    assertThat(outsider.service.states).isEmpty();

    Answer get = outsider.http().get("/storage/YQ?minNumReads=1");
    assertThat(holder.service.lastWanted).isEqualTo(1);
    assertThat(get.body()).isEqualTo(holder.http().get("/storage/YQ").body());
    assertThat(get.headers()).containsEntry("content-type", "application/json");
    assertThat(outsider.http().post("/storage", "{\"key\":\"YQ==\"}").body()).isEqualTo(get.body());

    String version = put.json().path("version").asText();
    Answer delete = outsider.http().delete("/storage/YQ?fromVersion=" + version);
    assertThat(delete.status()).isEqualTo(200);
    assertThat(delete.json().path("success").asBoolean()).isTrue();
    assertThat(holder.service.states.get(Key.of(new byte[] {'a'})).values()).isEmpty();
  }

  @Test
  void a_strict_quorum_stays_strict() throws Exception {
    outsider.http().get("/storage/YQ?strict=true");
    assertThat(holder.service.lastStrict).isTrue();
    outsider.http().get("/storage/YQ");
    assertThat(holder.service.lastStrict).isFalse();
    outsider.http().put("/storage", "{\"key\":\"YQ==\",\"value\":\"aGk=\",\"strict\":true}");
    assertThat(holder.service.lastStrict).isTrue();
    outsider.http().delete("/storage/YQ?strict=true");
    assertThat(holder.service.lastStrict).isTrue();
  }

  @Test
  void the_requests_id_goes_along() throws Exception {
    Answer answer =
        outsider
            .http()
            .raw(
                "GET /storage/YQ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    + "X-Request-Id: over-there\r\n\r\n");

    assertThat(answer.headers()).containsEntry("x-request-id", "over-there");
    assertThat(holder.service.lastRequestId).isEqualTo("over-there");
  }

  @Test
  void errors_come_through_as_they_are() throws Exception {
    put("YQ==", "aGk=", 1);
    Answer stale = put("YQ==", "aGk=", 1);
    assertThat(stale.status()).isEqualTo(409);
    assertThat(stale.code()).isEqualTo("stale_version");
    assertThat(stale.json().path("success").isBoolean()).isTrue();

    holder.service.putOutcome = new PutOutcome.Unknown(2, 1);
    assertThat(put("YQ==", "aGk=", 1).status()).isEqualTo(504);
    holder.service.getOutcome = new GetOutcome.TimedOut(2, 1);
    assertThat(outsider.http().get("/storage/YQ").status()).isEqualTo(504);
    holder.service.getOutcome = new GetOutcome.NotEnoughReplicas(2, 1);
    Answer few = outsider.http().get("/storage/YQ");
    assertThat(few.status()).isEqualTo(503);
    assertThat(few.code()).isEqualTo("not_enough_replicas");
    assertThat(few.headers()).containsEntry("retry-after", "1");
  }

  @Test
  void what_is_wrong_with_a_request_is_said_without_asking_anybody() throws Exception {
    candidates(dead);

    assertThat(outsider.http().get("/storage/Y").status()).isEqualTo(400);
    assertThat(outsider.http().put("/storage", "{}").status()).isEqualTo(400);
  }

  @Test
  void large_keys_and_values_come_through() throws Exception {
    String key = Base64.getEncoder().encodeToString(new byte[4096]);
    String value = Base64.getEncoder().encodeToString(new byte[1024 * 1024]);

    assertThat(put(key, value, 1).status()).isEqualTo(200);
    assertThat(outsider.http().get("/storage/" + key).body()).contains("[\"" + value + "\"]");
  }

  @Test
  void a_node_that_can_not_be_connected_to_is_passed_over() throws Exception {
    candidates(dead, holder.self);

    assertThat(put("YQ==", "aGk=", 1).status()).isEqualTo(200);
    assertThat(outsider.http().get("/storage/YQ").body()).contains("aGk=");
  }

  @Test
  void what_is_forwarded_is_counted() throws Exception {
    long forwarded = outsider.metrics().timer("requests.forwarded.latency").getCount();
    long retried = outsider.metrics().meter("requests.forwarded.retried").getCount();
    candidates(dead, holder.self);

    outsider.http().get("/storage/YQ");

    assertThat(outsider.metrics().timer("requests.forwarded.latency").getCount())
        .isEqualTo(forwarded + 1);
    assertThat(outsider.metrics().meter("requests.forwarded.retried").getCount())
        .isEqualTo(retried + 1);
    assertThat(Gauges.read(outsider, "requests.forwarded.in-flight")).isZero();
  }

  @Test
  void a_node_whose_name_is_not_known_is_passed_over() throws Exception {
    candidates(new Member(new MemberId("x"), "no.such.host.invalid", 1, 1, 1, "", ""), holder.self);

    assertThat(put("YQ==", "aGk=", 1).status()).isEqualTo(200);
  }

  @Test
  void a_node_that_says_that_it_has_done_nothing_is_passed_over() throws Exception {
    try (ScriptedPeer busy = ScriptedPeer.answering(BUSY)) {
      candidates(busy.member(), holder.self);

      assertThat(put("YQ==", "aGk=", 1).status()).isEqualTo(200);
      assertThat(outsider.http().get("/storage/YQ").body()).contains("aGk=");
      assertThat(busy.requests).hasSize(2);
      assertThat(busy.requests.get(0)).contains("PUT /storage ", "X-Dynamo-Forwarded: node-1");
    }
  }

  @Test
  void if_all_say_so_the_last_answer_comes_through() throws Exception {
    try (ScriptedPeer busy = ScriptedPeer.answering(BUSY)) {
      candidates(dead, busy.member(), dead);

      Answer answer = put("YQ==", "aGk=", 1);

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.body()).isEqualTo("{\"error\":{\"code\":\"overloaded\"}}");
      assertThat(answer.headers()).containsEntry("retry-after", "7");
    }
  }

  @Test
  void if_nobody_can_be_reached_the_client_is_told_so() throws Exception {
    candidates(dead, dead);

    Answer read = outsider.http().get("/storage/YQ?minNumReads=3");
    assertThat(read.status()).isEqualTo(503);
    assertThat(read.code()).isEqualTo("holders_unreachable");
    assertThat(read.json().path("error").path("wanted").asInt()).isEqualTo(3);
    assertThat(read.json().path("error").path("got").asInt()).isZero();
    assertThat(read.headers()).containsEntry("retry-after", "1");

    Answer write = put("YQ==", "aGk=", 1);
    assertThat(write.status()).isEqualTo(503);
    assertThat(write.code()).isEqualTo("holders_unreachable");
    assertThat(write.json().path("success").isBoolean()).isTrue();
  }

  @Test
  void a_write_that_may_have_been_done_is_not_sent_again() throws Exception {
    try (ScriptedPeer gone = ScriptedPeer.hangingUp()) {
      candidates(gone.member(), holder.self);

      Answer answer = put("YQ==", "aGk=", 1);

      assertThat(answer.status()).isEqualTo(504);
      assertThat(answer.code()).isEqualTo("timed_out");
      assertThat(answer.json().path("success").isBoolean()).isTrue();
      assertThat(answer.json().path("error").path("message").asText())
          .contains("may or may not have happened");
      assertThat(gone.requests).hasSize(1);
      assertThat(holder.service.states).isEmpty();
    }
  }

  @Test
  void a_read_is_sent_to_the_next_node_whatever_happened_to_it() throws Exception {
    try (ScriptedPeer gone = ScriptedPeer.hangingUp();
        ScriptedPeer garbled = ScriptedPeer.answering("nonsense\r\n\r\n");
        ScriptedPeer cut =
            ScriptedPeer.answering("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")) {
      candidates(gone.member(), garbled.member(), cut.member(), holder.self);

      assertThat(outsider.http().get("/storage/YQ").status()).isEqualTo(200);
    }
  }

  @Test
  void a_silent_node_is_given_up_after_a_while() throws Exception {
    try (ScriptedPeer silent = ScriptedPeer.silent();
        ScriptedPeer halfSilent =
            ScriptedPeer.silentAfter("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")) {
      candidates(silent.member(), holder.self);
      assertThat(outsider.http().get("/storage/YQ").status()).isEqualTo(200);
      candidates(halfSilent.member(), holder.self);
      assertThat(outsider.http().get("/storage/YQ").status()).isEqualTo(200);

      candidates(silent.member());
      Answer read = outsider.http().get("/storage/YQ");
      assertThat(read.status()).isEqualTo(504);
      assertThat(read.code()).isEqualTo("timed_out");

      candidates(silent.member(), holder.self);
      assertThat(put("YQ==", "aGk=", 1).status()).isEqualTo(504);
      assertThat(holder.service.states).isEmpty();
    }
  }

  @Test
  void a_forwarded_request_is_not_forwarded_again() throws Exception {
    String marked = "X-Dynamo-Forwarded: node-9\r\nHost: x\r\nConnection: close\r\n";

    Answer read = outsider.http().raw("GET /storage/YQ HTTP/1.1\r\n" + marked + "\r\n");
    Answer write = outsider.http().raw("DELETE /storage/YQ HTTP/1.1\r\n" + marked + "\r\n");

    assertThat(read.status()).isEqualTo(503);
    assertThat(read.code()).isEqualTo("not_a_holder");
    assertThat(write.code()).isEqualTo("not_a_holder");
    assertThat(write.json().path("success").isBoolean()).isTrue();
    assertThat(holder.service.lastRequestId).isNull();
  }

  @Test
  void two_nodes_that_each_believe_the_other_holds_a_key_do_not_pass_it_back_and_forth()
      throws Exception {
    holder.service.elsewhere = List.of(outsider.self);

    Answer answer = outsider.http().get("/storage/YQ");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.code()).isEqualTo("not_a_holder");
  }

  @Test
  void so_many_requests_are_forwarded_at_once_and_no_more() throws Exception {
    try (ScriptedPeer silent = ScriptedPeer.silent()) {
      candidates(silent.member());
      List<Socket> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Socket socket = outsider.http().open();
        socket.getOutputStream().write("GET /storage/YQ HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
        waiting.add(socket);
        while (silent.requests.size() <= i) {
          Thread.onSpinWait();
        }
      }

      Answer refused = outsider.http().get("/storage/YQ");

      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("overloaded");
      for (Socket socket : waiting) {
        assertThat(Http.read(socket.getInputStream(), false).status()).isEqualTo(504);
        socket.close();
      }
      candidates(holder.self);
      assertThat(outsider.http().get("/storage/YQ").status()).isEqualTo(200);
    }
  }

  @Test
  void the_dump_of_all_nodes_has_every_nodes_keys_and_says_which_nodes_are_missing()
      throws Exception {
    holder.http().put("/storage", "{\"key\":\"YQ==\",\"value\":\"aGk=\"}");
    outsider.service.addSibling(Key.of(new byte[] {'b'}), new byte[] {1});

    Answer answer = outsider.http().get("/internal/dump/all");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers()).containsEntry("content-type", "application/x-ndjson");
    List<String> lines = answer.body().lines().toList();
    assertThat(lines).hasSize(7);
    assertThat(lines.get(0)).isEqualTo("{\"node\":\"node-1\"}");
    assertThat(lines.get(1)).startsWith("{\"key\":\"Yg==\",\"value\":{\"version\":\"");
    assertThat(lines.get(2)).isEqualTo("{\"node\":\"node-1\",\"keys\":1}");
    assertThat(lines.get(3)).isEqualTo("{\"node\":\"node-2\"}");
    assertThat(lines.get(4)).isEqualTo(holder.http().get("/storage/YQ").body());
    assertThat(lines.get(5)).isEqualTo("{\"node\":\"node-2\",\"keys\":1}");
    assertThat(lines.get(6))
        .startsWith("{\"node\":\"node-3\",\"error\":{\"code\":\"node_unreachable\"");
  }

  private static Answer put(String key, String value, int writes) throws Exception {
    return outsider
        .http()
        .put(
            "/storage",
            "{\"key\":\"%s\",\"value\":\"%s\",\"minNumWrites\":%d}".formatted(key, value, writes));
  }
}
