import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the command sees of a node, for the tests of the command: ports, health check, pid file, signals. The
 * variables STAND_IN_FAILS, STAND_IN_SICK and STAND_IN_DEAF name nodes that are to misbehave, STAND_IN_FILLING
 * and STAND_IN_CLEARING those that have something to do because the ring changes. The file that STAND_IN_CONNECTIVITY
 * names has what one says of the others, a line for each time that it is asked; after that it reaches all.
 */
public final class StandIn {
  public static void main(String[] args) throws Exception {
    String config = Files.readString(Path.of(args[1]));
    if (args[0].equals("check")) {
      System.exit(config.contains("members:") ? 0 : 1);
    }
    String id = find(config, "(?m)^  id: (\\S+)$").group(1);
    Path pid = Path.of(find(config, "(?m)^  directory: '(.*)'$").group(1).replace("''", "'"), "pid");
    Matcher ports =
        find(config, "self: .*httpPort: (\\d+), adminPort: (\\d+), messagingPort: (\\d+)");
    if (is("FAILS", id)) {
      throw new IllegalStateException("the disk of " + id + " is on fire");
    }
    InetAddress here = InetAddress.getLoopbackAddress();
    HttpServer rest =
        HttpServer.create(new InetSocketAddress(here, Integer.parseInt(ports.group(1))), 50);
    rest.createContext("/cluster", exchange -> answer(exchange, 200, cluster(id)));
    rest.createContext(
        "/check_connectivity",
        exchange -> answer(exchange, 200, connectivity(rest.getAddress().getPort())));
    new ServerSocket(Integer.parseInt(ports.group(3)), 50, here);
    HttpServer admin =
        HttpServer.create(new InetSocketAddress(here, Integer.parseInt(ports.group(2))), 50);
    admin.createContext(
        "/healthcheck",
        exchange ->
            answer(
                exchange,
                is("SICK", id) ? 500 : 200,
                "{\"storage\":{\"healthy\":\"it depends\"}}"));
    Files.writeString(pid, ProcessHandle.current().pid() + "\n");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(id, pid)));
    rest.start();
    admin.start();
    System.out.println("INFO " + id + " serves");
    new CountDownLatch(1).await();
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    exchange.sendResponseHeaders(status, 0);
    exchange.getResponseBody().write(body.getBytes());
    exchange.close();
  }

  private static String cluster(String id) {
    boolean isFilling = is("FILLING", id);
    return """
        {"self":"%s","members":[{"id":"%s","state":"%s"}],"change":{"plan":2,"underWay":%s,"waitsFor":[],\
        "filling":{"partitions":%d,"complete":%d,"keys":%d,"leftMs":%d},"partitionsToHandOver":%d}}"""
        .formatted(
            id,
            id,
            isFilling ? "joining" : "up",
            isFilling,
            isFilling ? 768 : 0,
            isFilling ? 96 : 0,
            isFilling ? 1234 : 0,
            isFilling ? 6500 : 0,
            is("CLEARING", id) ? 31 : 0);
  }

  private static String connectivity(int ownPort) throws IOException {
    Path answers = Path.of(System.getenv().getOrDefault("STAND_IN_CONNECTIVITY", "/none"));
    List<String> lines = Files.exists(answers) ? Files.readAllLines(answers) : List.of();
    if (lines.isEmpty()) {
      return IntStream.rangeClosed(-3, 3)
          .mapToObj(other -> "\"127.0.0.1:" + (ownPort + 10 * other) + "\":\"reachable\"")
          .collect(Collectors.joining(",", "{", "}"));
    }
    Files.write(answers, lines.subList(1, lines.size()));
    return lines.get(0);
  }

  private static void stop(String id, Path pid) {
    try {
      if (is("DEAF", id)) {
        new CountDownLatch(1).await();
      }
      Files.delete(pid);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean is(String what, String id) {
    String ids = System.getenv().getOrDefault("STAND_IN_" + what, "");
    return List.of(ids.split(",")).contains(id);
  }

  private static Matcher find(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no " + pattern + " in the configuration");
    }
    return matcher;
  }
}
