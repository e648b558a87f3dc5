package io.dynamokv.process;

import io.dynamokv.edge.Http;
import io.dynamokv.process.Commands.Impossible;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Clocks of nodes that can be set while they run, by libfaketime; waits, which go by the monotonic
 * clock, take as long as ever. Used by one thread.
 */
final class MovableClocks implements AutoCloseable {
  private static final Duration NEARLY = Duration.ofSeconds(30);

  private final Path folder;
  private final Path library;

  private MovableClocks(Path folder, Path library) {
    this.folder = folder;
    this.library = library;
  }

  static MovableClocks open(Path folder) throws Impossible {
    try {
      Files.createDirectories(folder);
      return new MovableClocks(folder, library());
    } catch (IOException e) {
      throw new Impossible(e.toString());
    }
  }

  /** Where Debian's package has it, whatever the processor. */
  private static Path library() throws IOException, Impossible {
    try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
      return folders
          .map(each -> each.resolve("faketime/libfaketimeMT.so.1"))
          .filter(Files::exists)
          .findAny()
          .orElseThrow(() -> new Impossible("libfaketime is not installed"));
    }
  }

  /** What the nodes' starter is to know. */
  Map<String, String> environment() {
    return Map.of("TORTURE_CLOCK_LIBRARY", library.toString(), "TORTURE_CLOCKS", folder.toString());
  }

  /** To be called before the node is started for the first time. */
  void prepare(int node) throws IOException {
    set(node, Duration.ZERO);
  }

  /** How far a node's clock is to be from this machine's; it is within two seconds. */
  void set(int node, Duration ahead) throws IOException {
    Path file = folder.resolve("node-" + node);
    Path whole = Files.writeString(folder.resolve("new"), "%+d".formatted(ahead.toSeconds()));
    Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Whether a node says in its answers that its clock is that far from this machine's. */
  static boolean is(LocalCluster cluster, int node, Duration ahead) {
    try {
      String date = new Http(cluster.httpPort(node)).get("/ping").headers().get("date");
      Instant says =
          ZonedDateTime.parse(String.valueOf(date), DateTimeFormatter.RFC_1123_DATE_TIME)
              .toInstant();
      Duration off = Duration.between(Instant.now().plus(ahead), says).abs();
      return off.compareTo(NEARLY) < 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Killed processes leave shared memory behind. */
  @Override
  public void close() throws IOException {
    Path pids = folder.resolve("pids");
    List<String> all = Files.exists(pids) ? Files.readAllLines(pids) : List.of();
    for (String pid : all) {
      Files.deleteIfExists(Path.of("/dev/shm/faketime_shm_" + pid));
      Files.deleteIfExists(Path.of("/dev/shm/sem.faketime_sem_" + pid));
    }
  }
}
