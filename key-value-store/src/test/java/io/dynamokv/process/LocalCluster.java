package io.dynamokv.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.dynamokv.edge.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A cluster of real processes on this machine, made with {@code ./dynamo-kv cluster}. Nodes are
 * numbered from 1. Used by one thread.
 */
final class LocalCluster implements AutoCloseable {
  /** The repository's root, where the command is. */
  static final Path ROOT = repositoryRoot();

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** The command starts no more. */
  private static final int MOST_NODES = 32;

  private final List<Integer> nodes = new CopyOnWriteArrayList<>();
  private final int basePort;
  private final Path data;
  private final Map<String, String> environment;
  private final Preparation preparation;
  private volatile int lastNode;

  /** Nodes have sessions of their own: nobody else ends them when the tests are told to stop. */
  private final Thread atExit = new Thread(this::endAll);

  /** What is to be done before a node is started for the first time. */
  interface Preparation {
    void prepare(int node) throws IOException;
  }

  private LocalCluster(
      int nodes,
      int basePort,
      Path data,
      Map<String, String> environment,
      Preparation preparation) {
    this.environment = environment;
    this.preparation = preparation;
    this.lastNode = nodes;
    IntStream.rangeClosed(1, nodes).forEach(this.nodes::add);
    this.basePort = basePort;
    this.data = data;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Starts a cluster in an empty folder and waits until all its nodes are healthy. */
  static LocalCluster start(int nodes, int replicas, Path data) throws Exception {
    Map<String, String> environment = Map.of("DYNAMO_KV_JAVA_OPTS", NodeCommand.QUICK_START);
    return start(nodes, replicas, data, environment, node -> {});
  }

  /** The same, with variables for the command, and something to prepare. */
  static LocalCluster start(
      int nodes, int replicas, Path data, Map<String, String> environment, Preparation preparation)
      throws Exception {
    LocalCluster cluster = new LocalCluster(nodes, freeBasePort(), data, environment, preparation);
    for (int node : cluster.nodes) {
      preparation.prepare(node);
    }
    cluster.script(
        "cluster",
        "--nodes",
        "" + nodes,
        "--replicas",
        "" + replicas,
        "--base-port",
        "" + cluster.basePort,
        "--data",
        data.toString(),
        "--detach");
    cluster.await("all nodes to see each other", cluster::allSeeAll);
    return cluster;
  }

  int size() {
    return nodes.size();
  }

  /** The numbers of the members. */
  List<Integer> nodes() {
    return nodes;
  }

  /** Whether the command would start another one. */
  boolean canGrow() {
    return lastNode < MOST_NODES;
  }

  /** Has another node join, and waits until it holds its share; returns its number. */
  int add() throws Exception {
    int node = lastNode + 1;
    preparation.prepare(node);
    script("cluster", "add", "--data", data.toString());
    lastNode = node;
    nodes.add(node);
    return node;
  }

  /** Has a node hand over what it holds, or, if it does not run, the others take its share. */
  void remove(int node) throws Exception {
    nodes.remove(Integer.valueOf(node));
    script("cluster", "remove", "" + node, "--data", data.toString());
  }

  int httpPort(int node) {
    return basePort + 10 * (node - 1);
  }

  Path folder(int node) {
    return data.resolve("node-" + node);
  }

  /** What a node is configured with. */
  ConfigFile configuration(int node) throws IOException {
    return ConfigFile.read(folder(node).resolve("config.yml"));
  }

  /** The configuration of another node, which the command has not made, and its folder. */
  ConfigFile configurationOfNew(int node) throws IOException {
    return configuration(1).as("node-" + node, folder(node)).at(httpPort(node));
  }

  /** Starts another node, which the command has not made, and does not wait. */
  void launchNew(int node, ConfigFile configuration) throws Exception {
    configuration.write(folder(node).resolve("config.yml"));
    launch(node);
  }

  /** Counts a node that the command has not made among the members. */
  void joined(int node) {
    lastNode = Math.max(lastNode, node);
    nodes.add(node);
  }

  /** What the node has said since it was started with the cluster. */
  String log(int node) throws IOException {
    return Files.readString(folder(node).resolve("log/node.log"));
  }

  StorageClient client(int node) {
    return new StorageClient(URI.create("http://127.0.0.1:" + httpPort(node)));
  }

  /** The process that serves as a node. */
  ProcessHandle process(int node) throws IOException {
    long pid = Long.parseLong(Files.readString(folder(node).resolve("pid")).trim());
    return ProcessHandle.of(pid).orElseThrow(() -> new IOException("no process " + pid));
  }

  /** Ends a node as a power failure would end it. */
  void kill(int node) throws Exception {
    ProcessHandle process = process(node);
    process.destroyForcibly();
    process.onExit().get(10, TimeUnit.SECONDS);
  }

  void pause(int node) throws Exception {
    signal(node, "STOP");
  }

  void resume(int node) throws Exception {
    signal(node, "CONT");
  }

  private void signal(int node, String name) throws Exception {
    Commands.run("kill", "-" + name, "" + process(node).pid());
  }

  /** Starts nodes that were ended, as an operator would, and waits until all see all. */
  void restart(int... ended) throws Exception {
    launch(ended);
    await("the ended nodes to be back", this::allSeeAll);
  }

  /** Starts nodes that were ended, and does not wait. */
  void launch(int... ended) throws Exception {
    for (int node : ended) {
      ProcessBuilder builder =
          new ProcessBuilder(
                  ROOT.resolve("dynamo-kv").toString(), "server", folder(node) + "/config.yml")
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(
                      folder(node).resolve("log/restart.log").toFile()));
      builder.environment().putAll(environment);
      builder.start();
    }
  }

  /** Waits until every node sees every other. */
  void awaitAll() throws Exception {
    await("all nodes to see each other", this::allSeeAll);
  }

  /** Takes all data from a node that does not run. */
  void wipe(int node) throws IOException {
    delete(folder(node).resolve("db"));
  }

  /** Deletes a folder and all that is in it. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    }
  }

  /** What a node has itself; nothing if it does not answer. To look at it repairs nothing. */
  String dump(int node) {
    try {
      return new Http(httpPort(node)).get("/internal/dump/my").body();
    } catch (IOException e) {
      return "";
    }
  }

  /** What a node says of the cluster; an empty object if it does not answer. */
  JsonNode described(int node) {
    try {
      return new Http(httpPort(node)).get("/cluster").json();
    } catch (IOException e) {
      return JsonNodeFactory.instance.objectNode();
    }
  }

  /** The names of all members, by what a node says. */
  List<String> members(int node) {
    return described(node).path("members").findValuesAsText("id");
  }

  /** How many copies of keys some nodes have together. */
  long copies(int... holders) {
    // Two lines are about the node.
    return IntStream.of(holders).mapToLong(node -> dump(node).lines().count() - 2).sum();
  }

  /** Where a node stands, as it says itself; "unknown" if it does not answer. */
  String state(int node) {
    for (JsonNode member : described(node).path("members")) {
      if (member.path("id").asText().equals("node-" + node)) {
        return member.path("state").asText();
      }
    }
    return "unknown";
  }

  /** Whether a node says that it can serve. */
  boolean isHealthy(int node) {
    try {
      return new Http(httpPort(node) + 1).get("/healthcheck").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Has a node compare its copies with the others'; returns whether it did. */
  boolean repair(int node) {
    try {
      return new Http(httpPort(node) + 1).post("/tasks/repair", "").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends nodes in the proper way, all at once. */
  void stop(int... running) throws Exception {
    List<ProcessHandle> processes = new ArrayList<>();
    for (int node : running) {
      processes.add(process(node));
    }
    processes.forEach(ProcessHandle::destroy);
    for (ProcessHandle process : processes) {
      process.onExit().get(30, TimeUnit.SECONDS);
    }
  }

  /** The numbers of the members, for calls that take some. */
  int[] all() {
    return nodes.stream().mapToInt(node -> node).toArray();
  }

  /** Waits until one node sees another as reachable, or as not. */
  void awaitView(int observer, int observed, String standing) throws Exception {
    await(
        "node-" + observer + " to see node-" + observed + " as " + standing,
        () -> client(observer).connectivity().contains(entry(observed, standing)));
  }

  private boolean allSeeAll() {
    for (int observer : nodes) {
      String seen = client(observer).connectivity();
      for (int observed : nodes) {
        if (!seen.contains(entry(observed, "reachable"))) {
          return false;
        }
      }
    }
    return true;
  }

  private String entry(int node, String standing) {
    return "\"127.0.0.1:" + httpPort(node) + "\":\"" + standing + "\"";
  }

  void await(String what, BooleanSupplier condition) throws Exception {
    long untilNs = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > untilNs) {
        throw new AssertionError("waited in vain for " + what);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Runs the command as a user would, with these arguments; fails if that does. */
  void script(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ROOT.resolve("dynamo-kv").toString());
    command.addAll(List.of(arguments));
    Commands.run(command, environment);
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    endAll();
  }

  private void endAll() {
    for (int node = 1; node <= MOST_NODES; node++) {
      Path pid = folder(node).resolve("pid");
      if (Files.exists(pid)) {
        end(pid);
      }
    }
  }

  /** Waits, for a little while, until what it holds is free. */
  private static void end(Path pid) {
    try {
      ProcessHandle.of(Long.parseLong(Files.readString(pid).trim()))
          .ifPresent(
              process -> {
                process.destroyForcibly();
                process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path repositoryRoot() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at.resolve("dynamo-kv"))) {
        return at;
      }
    }
    throw new IllegalStateException("not inside the repository");
  }

  /** The first of the ports of a whole cluster, ten a node, that nobody has. */
  static int freeBasePort() {
    for (int attempt = 0; attempt < 100; attempt++) {
      int base = ThreadLocalRandom.current().nextInt(12_000, 30_000);
      if (areFree(base)) {
        return base;
      }
    }
    throw new IllegalStateException("no free ports");
  }

  private static boolean areFree(int base) {
    for (int node = 0; node < MOST_NODES; node++) {
      for (int offset = 0; offset < 3; offset++) {
        if (!isFree(base + 10 * node + offset)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
