package io.dynamokv.membership.consul;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A real Consul agent, client and server in one, that keeps its data in memory: whenever it is
 * ended it forgets everything. It listens on this machine only, at the same ports after it was
 * started again. Used by one thread.
 */
public final class ConsulAgent implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final int[] ports;
  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;

  private ConsulAgent(Path folder) throws Exception {
    this.folder = folder;
    this.ports = freePorts(3);
    this.process = launch();
    awaitLeader();
  }

  /** Starts an agent that lets everybody do everything. */
  public static ConsulAgent start(Path folder) throws Exception {
    return new ConsulAgent(folder);
  }

  /** Starts an agent that lets nobody do anything without a token that allows it. */
  static ConsulAgent startWithAcls(Path folder) throws Exception {
    Files.writeString(
        folder.resolve("acl.json"), "{\"acl\": {\"enabled\": true, \"default_policy\": \"deny\"}}");
    return new ConsulAgent(folder);
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + ports[0]);
  }

  /** Ends the agent as a power failure would end it. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the agent does not end");
    }
  }

  /** Starts an agent that was killed; it knows nothing any more. */
  public void restart() throws Exception {
    process = launch();
    awaitLeader();
  }

  /** Has it take connections, and answer nothing. */
  void pause() throws Exception {
    signal("STOP");
  }

  private void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
    if (!kill.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
      throw new AssertionError("could not send SIG" + name + " to the agent");
    }
  }

  /** What it answers to anybody. */
  public JsonNode get(String path) throws Exception {
    return get(path, "");
  }

  JsonNode get(String path, String token) throws Exception {
    return JSON.readTree(send(request(path, token).GET()));
  }

  /** Has it do what anybody may. */
  void put(String path, String body) throws Exception {
    put(path, body, "");
  }

  JsonNode put(String path, String body, String token) throws Exception {
    return JSON.readTree(send(request(path, token).PUT(BodyPublishers.ofString(body))));
  }

  private HttpRequest.Builder request(String path, String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url().resolve(path)).timeout(Duration.ofSeconds(5));
    return token.isEmpty() ? request : request.header("X-Consul-Token", token);
  }

  private String send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(answer.request().uri() + ": " + answer.body());
    }
    return answer.body();
  }

  private Process launch() throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("consul", "agent", "-dev", "-node", "test", "-config-dir", "" + folder));
    command.addAll(List.of("-bind", "127.0.0.1", "-client", "127.0.0.1"));
    command.addAll(List.of("-http-port", "" + ports[0], "-server-port", "" + ports[1]));
    command.addAll(List.of("-serf-lan-port", "" + ports[2], "-serf-wan-port", "-1"));
    command.addAll(List.of("-dns-port", "-1", "-grpc-port", "-1"));
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
          .start();
    } catch (IOException e) {
      throw new AssertionError(
          "this test needs consul on the PATH; src/test/scripts/install-consul.sh puts it there",
          e);
    }
  }

  private Path log() {
    return folder.resolve("agent.log");
  }

  private void awaitLeader() throws Exception {
    try {
      await("a leader", () -> process.isAlive() && get("/v1/status/leader").asText().contains(":"));
    } catch (Exception | AssertionError e) {
      close();
      throw new AssertionError("the agent has no leader:\n" + Files.readString(log()), e);
    }
  }

  /** Waits until a condition holds; until then it may fail with an {@link IOException}. */
  public static void await(String what, Callable<Boolean> condition) throws Exception {
    long dueNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!holds(condition)) {
      if (System.nanoTime() > dueNanos) {
        throw new AssertionError("waited in vain for " + what);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static boolean holds(Callable<Boolean> condition) throws Exception {
    try {
      return condition.call();
    } catch (IOException e) {
      return false;
    }
  }

  /** Ports that nobody has, all at the same time. */
  static int[] freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      int[] ports = new int[count];
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        ports[i] = sockets.get(i).getLocalPort();
      }
      return ports;
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
