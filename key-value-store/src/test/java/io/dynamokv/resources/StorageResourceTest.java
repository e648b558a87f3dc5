package io.dynamokv.resources;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dynamokv.api.ErrorCode;
import io.dynamokv.api.Limits;
import io.dynamokv.api.RefusedException;
import io.dynamokv.api.RequestReader;
import io.dynamokv.api.UrlReader;
import io.dynamokv.edge.BootedNode;
import io.dynamokv.edge.FakeService;
import io.dynamokv.membership.Member;
import io.dynamokv.ring.Key;
import io.dynamokv.version.Actor;
import io.dynamokv.version.Dot;
import io.dynamokv.version.VectorClock;
import io.dynamokv.version.Version;
import io.dynamokv.version.VersionCodec;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The resource without a server around it. */
class StorageResourceTest {
  private final List<Member> members = BootedNode.members(2);
  private final FakeService service = new FakeService(members.get(0), members);
  private final List<Object> answers = new ArrayList<>();
  private final VersionCodec versions = new VersionCodec("secret");
  private final StorageResource resource =
      new StorageResource(
          service,
          new RequestReader(new Limits(64, 1 << 20, 3)),
          new UrlReader(new Limits(64, 1 << 20, 3)),
          versions,
          new Outcomes(versions),
          1,
          2);

  @Test
  void a_write_is_answered_when_the_node_calls_back_and_not_before() {
    List<Runnable> later = new ArrayList<>();
    service.answering = later::add;

    resource.put(answer(), new Request("{\"key\":\"YQ==\",\"value\":\"aGk=\"}"));
    assertThat(answers).isEmpty();

    later.forEach(Runnable::run);
    assertThat(status()).isEqualTo(200);
    assertThat(service.lastWanted).isEqualTo(2);
  }

  @Test
  void a_read_asks_for_the_configured_number_of_replicas() {
    resource.get(answer(), "YQ", new Request(""));

    assertThat(status()).isEqualTo(200);
    assertThat(body()).isEqualTo("{\"key\":\"YQ==\",\"value\":{\"version\":\"\",\"values\":[]}}");
    assertThat(service.lastWanted).isEqualTo(1);
    assertThat(service.lastRequestId).isEqualTo("the-id");
  }

  @Test
  void a_long_answer_is_not_put_together_by_the_nodes_own_thread() {
    service.addSibling(Key.of(new byte[] {'a'}), new byte[100_000]);
    Request request = new Request("");
    List<Runnable> servers = new ArrayList<>();
    request.executor = servers::add;

    resource.get(answer(), "YQ", request);
    assertThat(answers).isEmpty();
    assertThat(request.reserved).isGreaterThan(100_000);

    servers.forEach(Runnable::run);
    assertThat(status()).isEqualTo(200);
  }

  @Test
  void a_long_answer_for_which_there_is_no_memory_is_refused() {
    service.addSibling(Key.of(new byte[] {'a'}), new byte[100_000]);
    Request request = new Request("");
    request.hasMemory = false;

    resource.get(answer(), "YQ", request);

    assertThat(status()).isEqualTo(503);
    assertThat(body()).contains("\"code\":\"overloaded\"");
  }

  @Test
  void an_answer_that_comes_too_late_goes_nowhere() {
    Request request = new Request("");
    request.over = true;

    resource.get(answer(), "YQ", request);

    assertThat(answers).isEmpty();
  }

  @Test
  void a_server_that_takes_no_answer_does_not_hurt_the_nodes_thread() {
    AsyncResponse broken =
        proxy(
            method -> {
              throw new IllegalStateException("broken");
            });

    resource.get(broken, "YQ", new Request(""));

    assertThat(answers).isEmpty();
  }

  @Test
  void another_clusters_version_is_refused() {
    String foreign =
        new VersionCodec("another")
            .encode(
                Key.of(new byte[] {(byte) 97}),
                new Version(VectorClock.EMPTY.with(new Dot(new Actor(1, 1), 1), 1), Set.of()));

    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () ->
                resource.put(
                    answer(),
                    new Request(
                        "{\"key\":\"YQ==\",\"value\":\"\",\"fromVersion\":\"" + foreign + "\"}")));

    assertThat(refused.error().code()).isEqualTo(ErrorCode.MALFORMED_VERSION);
  }

  private int status() {
    assertThat(answers).hasSize(1);
    return ((Response) answers.get(0)).getStatus();
  }

  private String body() {
    return new String((byte[]) ((Response) answers.get(0)).getEntity(), UTF_8);
  }

  private AsyncResponse answer() {
    return proxy(answers::add);
  }

  private static AsyncResponse proxy(Predicate<Object> resumed) {
    return (AsyncResponse)
        Proxy.newProxyInstance(
            AsyncResponse.class.getClassLoader(),
            new Class<?>[] {AsyncResponse.class},
            (self, method, arguments) -> {
              if (method.getName().equals("resume")) {
                return resumed.test(arguments[0]);
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }

  /** A request as a server would present it. */
  private static final class Request implements Incoming {
    private final byte[] body;
    private boolean hasMemory = true;
    private boolean over;
    private long reserved;
    private Executor executor = Runnable::run;

    Request(String body) {
      this.body = body.getBytes(UTF_8);
    }

    @Override
    public String id() {
      return "the-id";
    }

    @Override
    public byte[] body() {
      return body;
    }

    @Override
    public @Nullable String query() {
      return null;
    }

    @Override
    public String contentType() {
      return "application/json";
    }

    @Override
    public boolean reserveAnswer(long bytes) {
      reserved += bytes;
      return hasMemory;
    }

    @Override
    public boolean isOver() {
      return over;
    }

    @Override
    public Executor executor() {
      return executor;
    }
  }
}
