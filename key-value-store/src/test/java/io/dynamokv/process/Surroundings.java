package io.dynamokv.process;

import io.dynamokv.process.Commands.Impossible;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node has around it that can fail: links, a disk, a clock. What this machine does not let a
 * test have, for want of a program or of rights, is left out, and told.
 */
final class Surroundings implements AutoCloseable {
  private static final Path STARTER =
      LocalCluster.ROOT.resolve("key-value-store/src/test/scripts/torture-node.sh");

  private final Map<String, String> impossible = new TreeMap<>();
  private final @Nullable SmallDisks disks;
  private final @Nullable MovableClocks clocks;
  private final @Nullable Links links;

  /** Should this program be told to end. */
  private final Thread atExit = new Thread(this::closeAtExit);

  private interface Opening<T> {
    T open() throws Impossible;
  }

  Surroundings(Path data) {
    disks = open("full disks", () -> SmallDisks.open(data));
    clocks = open("clock jumps", () -> MovableClocks.open(data.resolve("clocks")));
    links = open("cut links", Links::open);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  private <T> @Nullable T open(String what, Opening<T> opening) {
    try {
      return opening.open();
    } catch (Impossible e) {
      impossible.put(what, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** Kinds of fault that can not be had here, and why. */
  Map<String, String> impossible() {
    return impossible;
  }

  @Nullable SmallDisks disks() {
    return disks;
  }

  @Nullable MovableClocks clocks() {
    return clocks;
  }

  @Nullable Links links() {
    return links;
  }

  /** What the command that starts nodes is to know. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("DYNAMO_KV_RUN_WITH", STARTER.toString());
    if (clocks != null) {
      environment.putAll(clocks.environment());
    }
    if (links != null) {
      environment.put("TORTURE_FIRST_GROUP", "" + Links.FIRST_GROUP);
    }
    return environment;
  }

  /** To be called before a node is started for the first time. */
  void prepare(int node) throws IOException {
    if (clocks != null) {
      clocks.prepare(node);
    }
    if (disks != null) {
      try {
        disks.prepare(node);
      } catch (Impossible e) {
        throw new IOException(e);
      }
    }
  }

  @Override
  public void close() throws Exception {
    Runtime.getRuntime().removeShutdownHook(atExit);
    closeAll();
  }

  private void closeAtExit() {
    try {
      closeAll();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void closeAll() throws Exception {
    try (AutoCloseable first = links;
        AutoCloseable second = clocks;
        AutoCloseable third = disks) {
      // Closing them is all, each whatever became of the others.
    }
  }
}
