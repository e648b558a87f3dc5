package io.dynamokv.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.dynamokv.edge.Http;
import io.dynamokv.process.StorageClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five real nodes, three replicas, clients at work and nodes killed, paused, restarted and wiped;
 * afterwards a checker goes through all that the clients were told and all copies. A minute in
 * {@code verify}; longer with {@code -Dtorture.minutes=30}.
 */
class TortureIT {
  private static final int CLIENTS = 8;
  private static final int KEYS_AT_ONCE = 40;

  /** Keys are used for a while, and then left alone, so that few clocks are trimmed. */
  private static final int ENDS_PER_GENERATION = 4;

  private static final int MOST_CLOCK_ENTRIES = 10;
  private static final int NODES = 5;
  private static final int REPLICAS = 3;

  private final TortureHistory history = new TortureHistory();

  /** How many unclean ends there had been when a generation of keys began, and when it ended. */
  private final Map<Integer, Integer> endsBefore = new TreeMap<>();

  private final AtomicInteger generation = new AtomicInteger();

  @Test
  void whatever_goes_wrong_nothing_acknowledged_is_lost_and_copies_become_equal(@TempDir Path data)
      throws Exception {
    long seconds = Math.round(60 * Double.parseDouble(System.getProperty("torture.minutes", "1")));
    long seed = Long.getLong("torture.seed", ThreadLocalRandom.current().nextLong(1_000_000));
    try (Surroundings around = new Surroundings(data);
        LocalCluster cluster =
            LocalCluster.start(NODES, REPLICAS, data, around.environment(), around::prepare)) {
      Nemesis nemesis = new Nemesis(cluster, around, data, seed, kinds());
      List<String> violations;
      try {
        violations = workAndCheck(cluster, nemesis, seconds);
      } catch (Throwable e) {
        tell(
            report(
                nemesis, around, seconds, seed, List.of("not known, nothing was checked: " + e)));
        keepEvidence(data);
        throw e;
      }
      tell(report(nemesis, around, seconds, seed, violations));
      if (!violations.isEmpty()) {
        keepEvidence(data);
      }
      assertThat(violations).isEmpty();
    }
  }

  /** All, or those named. */
  private static Set<Fault> kinds() {
    String named = System.getProperty("torture.faults", "");
    return named.isEmpty()
        ? EnumSet.allOf(Fault.class)
        : Stream.of(named.split(",", -1))
            .map(Fault::valueOf)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.class)));
  }

  private List<String> workAndCheck(LocalCluster cluster, Nemesis nemesis, long seconds)
      throws Exception {
    work(cluster, nemesis, seconds);
    nemesis.makeEqual();
    return check(cluster);
  }

  private static void tell(String report) throws IOException {
    System.out.println(report);
    Files.writeString(Path.of("target/torture-report.txt"), report);
  }

  /** What clients were told, and the folders of the nodes, with their logs. */
  private void keepEvidence(Path data) throws Exception {
    Path folder = Path.of("target/torture-evidence-" + System.currentTimeMillis());
    Files.createDirectories(folder);
    Files.write(folder.resolve("history.txt"), history.lines());
    Commands.run("cp", "-r", data.toString(), folder.resolve("data").toString());
    System.out.println("torture: evidence is in " + folder);
  }

  private void work(LocalCluster cluster, Nemesis nemesis, long seconds) throws Exception {
    AtomicBoolean running = new AtomicBoolean(true);
    List<Thread> clients = new ArrayList<>();
    endsBefore.put(0, 0);
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new Thread(new TortureClient(i, cluster, history, this::someKey, running::get)));
    }
    clients.forEach(Thread::start);
    long untilNs = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    try {
      nemesis.rageWhile(
          () -> {
            beginGenerationIfDue(nemesis.uncleanEnds());
            return System.nanoTime() < untilNs;
          });
    } finally {
      running.set(false);
      for (Thread client : clients) {
        client.join();
      }
    }
    endsBefore.put(generation.get() + 1, nemesis.uncleanEnds());
  }

  private void beginGenerationIfDue(int uncleanEnds) {
    int now = generation.get();
    if (uncleanEnds - endsBefore.getOrDefault(now, 0) >= ENDS_PER_GENERATION) {
      endsBefore.put(now + 1, uncleanEnds);
      generation.set(now + 1);
    }
  }

  private String someKey() {
    return "g%d-k%d".formatted(generation.get(), ThreadLocalRandom.current().nextInt(KEYS_AT_ONCE));
  }

  private List<String> check(LocalCluster cluster) throws IOException {
    List<String> violations = new ArrayList<>();
    for (String key : history.keys()) {
      Set<String> versions = new HashSet<>();
      Set<String> last = new HashSet<>();
      for (int holder : holders(cluster, key)) {
        // One replica must answer, and the coordinator's own does.
        Answer answer = cluster.client(holder).get(url(key) + "?minNumReads=1&strict=true");
        versions.add(answer.version() + answer.values());
        last.addAll(answer.values());
      }
      if (versions.size() > 1) {
        violations.add("invariant 5: copies of " + key + " differ: " + versions);
      }
      violations.addAll(history.violations(key, last, maybeTrimmed(key)));
    }
    return violations;
  }

  /** A clock has an entry for each life of a node that has coordinated a write of the key. */
  private boolean maybeTrimmed(String key) {
    int of = Integer.parseInt(key.substring(1, key.indexOf('-')));
    int ends = endsBefore.getOrDefault(of + 1, 0) - endsBefore.getOrDefault(of, 0);
    return REPLICAS + ends > MOST_CLOCK_ENTRIES;
  }

  private static List<Integer> holders(LocalCluster cluster, String key) throws IOException {
    List<Integer> holders = new ArrayList<>();
    new Http(cluster.httpPort(cluster.nodes().get(0)))
        .get("/cluster/preference-list/" + url(key))
        .json()
        .path("holders")
        .forEach(
            node ->
                holders.add(
                    Integer.parseInt(node.path("id").asText().substring("node-".length()))));
    return holders;
  }

  private static String url(String key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private String report(
      Nemesis nemesis, Surroundings around, long seconds, long seed, List<String> violations) {
    StringBuilder report = new StringBuilder();
    report.append(
        "torture: %d s, %d nodes, %d replicas, %d clients, seed %d%n"
            .formatted(seconds, NODES, REPLICAS, CLIENTS, seed));
    report.append(
        "acknowledged operations: %d, on %d keys%n"
            .formatted(history.acknowledged(), history.keys().size()));
    history.counts().forEach((what, count) -> report.append("  %s: %d%n".formatted(what, count)));
    report.append("faults:%n".formatted());
    nemesis.faults().forEach((fault, count) -> report.append("  %s: %d%n".formatted(fault, count)));
    report.append("  %s%n".formatted(nemesis.details()));
    report.append(
        "impossible here: %s%n"
            .formatted(around.impossible().isEmpty() ? "nothing" : around.impossible()));
    report.append("violations: %d%n".formatted(violations.size()));
    violations.stream().limit(50).forEach(violation -> report.append("  " + violation + "\n"));
    return report.toString();
  }
}
