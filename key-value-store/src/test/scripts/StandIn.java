import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the command sees of a node, for the tests of the command: ports, health check, pid file, signals. The
 * variables STAND_IN_FAILS, STAND_IN_SICK and STAND_IN_DEAF name a node that is to misbehave.
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
    new ServerSocket(Integer.parseInt(ports.group(1)), 50, here);
    new ServerSocket(Integer.parseInt(ports.group(3)), 50, here);
    HttpServer admin =
        HttpServer.create(new InetSocketAddress(here, Integer.parseInt(ports.group(2))), 50);
    admin.createContext(
        "/healthcheck",
        exchange -> {
          exchange.sendResponseHeaders(is("SICK", id) ? 500 : 200, 0);
          exchange.getResponseBody().write("{\"storage\":{\"healthy\":\"it depends\"}}".getBytes());
          exchange.close();
        });
    Files.writeString(pid, ProcessHandle.current().pid() + "\n");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(id, pid)));
    admin.start();
    System.out.println("INFO " + id + " serves");
    new CountDownLatch(1).await();
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
    return id.equals(System.getenv("STAND_IN_" + what));
  }

  private static Matcher find(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no " + pattern + " in the configuration");
    }
    return matcher;
  }
}
