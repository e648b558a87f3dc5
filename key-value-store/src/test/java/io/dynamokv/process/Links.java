package io.dynamokv.process;

import io.dynamokv.process.Commands.Impossible;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Cuts the links between nodes, each direction alone: a packet filter drops what a node's process,
 * known by its group, sends to another node's ports. Clients are of no such group, and reach all.
 * Used by one thread.
 *
 * <p>The rules are in a table of this test's own, on the loopback device only. An {@code nft} that
 * runs as long as this test does owns it: the kernel takes the table away when that process ends,
 * however this one has ended.
 */
final class Links implements AutoCloseable {
  /** Nodes are of the groups from here on; nobody else should be. */
  static final int FIRST_GROUP = 52_000;

  private static final Pattern DROPPED = Pattern.compile("counter packets (\\d+)");
  private static final int PORTS = 3;

  private final String table = "inet dynamokv_torture_" + ProcessHandle.current().pid();
  private final Process owner;
  private final PrintStream rules;
  private long dropped;

  /** One direction of one link. */
  record Direction(int from, int to) {
    /** From each of some to each of others. */
    static List<Direction> from(Collection<Integer> some, Collection<Integer> others) {
      return some.stream()
          .flatMap(from -> others.stream().map(to -> new Direction(from, to)))
          .toList();
    }

    /** Between each of some and each of others, both ways. */
    static List<Direction> between(Collection<Integer> some, Collection<Integer> others) {
      return Stream.concat(from(some, others).stream(), from(others, some).stream()).toList();
    }
  }

  private Links(Process owner) {
    this.owner = owner;
    this.rules = new PrintStream(owner.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  static Links open() throws Impossible {
    Commands.attempt("setpriv", "--regid", "" + FIRST_GROUP, "--clear-groups", "true");
    Commands.attempt("nft", "list", "tables");
    try {
      Process owner =
          new ProcessBuilder("nft", "-i")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      Links links = new Links(owner);
      links.makeTable();
      return links;
    } catch (IOException e) {
      throw new Impossible(e.toString());
    }
  }

  private void makeTable() throws Impossible {
    rules.println("add table " + table + " { flags owner; }");
    rules.println("add chain " + table + " out { type filter hook output priority 0; }");
    try {
      await("the packet filter's table", () -> listed().contains("hook output"));
    } catch (AssertionError e) {
      close();
      throw new Impossible("nft makes no table with an owner");
    }
  }

  /** Drops all that goes these ways from now on, and nothing else. */
  void cut(LocalCluster cluster, Collection<Direction> directions) {
    heal();
    for (Direction direction : directions) {
      int port = cluster.httpPort(direction.to);
      rules.println(
          "add rule %s out oif lo meta skgid %d tcp dport %d-%d counter drop"
              .formatted(table, FIRST_GROUP + direction.from, port, port + PORTS - 1));
    }
    await("links to be cut", () -> rulesListed() == directions.size());
  }

  void heal() {
    dropped += DROPPED.matcher(listed()).results().mapToLong(Links::count).sum();
    rules.println("flush chain " + table + " out");
    await("links to be healed", () -> rulesListed() == 0);
  }

  /** How many packets have been dropped so far, but for what is cut now. */
  long dropped() {
    return dropped;
  }

  private static long count(MatchResult found) {
    return Long.parseLong(found.group(1));
  }

  private long rulesListed() {
    return DROPPED.matcher(listed()).results().count();
  }

  private String listed() {
    try {
      List<String> words = List.of(table.split(" ", -1));
      return Commands.run("nft", "list", "table", words.get(0), words.get(1));
    } catch (AssertionError e) {
      return "";
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > untilNs) {
        throw new AssertionError("waited in vain for " + what);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    rules.close();
    owner.destroy();
    owner.onExit().join();
  }
}
