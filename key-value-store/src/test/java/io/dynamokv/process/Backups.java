package io.dynamokv.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The last backup of each node that has one, made and put back with the command. */
final class Backups {
  private final LocalCluster cluster;
  private final Path data;
  private final Map<Integer, Path> last = new HashMap<>();
  private int taken;

  Backups(LocalCluster cluster, Path data) {
    this.cluster = cluster;
    this.data = data;
  }

  boolean has(int node) {
    return last.containsKey(node);
  }

  /** Of a node that runs. */
  void take(int node) throws Exception {
    Path folder = data.resolve("backups/" + taken++);
    Files.createDirectories(folder);
    script("backup", folder, node);
    Path before = last.put(node, folder);
    if (before != null) {
      LocalCluster.delete(before);
    }
  }

  /** To a node that does not run, and has no data. */
  void restore(int node) throws Exception {
    Path folder = last.get(node);
    if (folder == null) {
      throw new IOException("there is no backup of node-" + node);
    }
    script("restore", folder, node);
  }

  private void script(String command, Path folder, int node) throws Exception {
    cluster.script(command, folder.toString(), "--node", "" + node, "--data", data.toString());
  }
}
