package io.dynamokv.process;

import io.dynamokv.process.Commands.Impossible;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Small disks of their own, in memory, under the folders of some nodes, and something to fill them
 * with. Used by one thread.
 */
final class SmallDisks implements AutoCloseable {
  /** Some have one, so that others use the machine's, with real flushes. */
  private static final int ONE_OF = 3;

  private static final int MIB = 1 << 20;
  private static final int SIZE_MIB = 640;

  /** What is left may be less than a node asks for, or nothing. */
  private static final long LITTLE_BYTES = 64L * MIB;

  private final Path data;
  private final List<Path> mounted = new ArrayList<>();

  private SmallDisks(Path data) {
    this.data = data;
  }

  static SmallDisks open(Path data) throws Impossible {
    SmallDisks disks = new SmallDisks(data);
    try {
      disks.mount(data.resolve("trial"));
      disks.close();
    } catch (Impossible e) {
      throw e;
    } catch (Exception e) {
      throw new Impossible(e.toString());
    }
    return disks;
  }

  static boolean has(int node) {
    return node % ONE_OF == 2;
  }

  /** To be called before the node's folder is made. */
  void prepare(int node) throws IOException, Impossible {
    if (has(node)) {
      mount(data.resolve("node-" + node));
    }
  }

  private void mount(Path folder) throws IOException, Impossible {
    Files.createDirectories(folder);
    Commands.attempt(
        "mount", "-t", "tmpfs", "-o", "size=" + SIZE_MIB + "m", "dynamokv-torture", "" + folder);
    mounted.add(folder);
  }

  /** Leaves a little, or nothing. */
  void fill(int node, boolean entirely) throws IOException {
    Path disk = data.resolve("node-" + node);
    byte[] piece = new byte[entirely ? 4096 : MIB];
    try (OutputStream ballast = Files.newOutputStream(ballast(node))) {
      while (entirely || Files.getFileStore(disk).getUsableSpace() > LITTLE_BYTES) {
        ballast.write(piece);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  void free(int node) throws IOException {
    Files.deleteIfExists(ballast(node));
  }

  private Path ballast(int node) {
    return data.resolve("node-" + node).resolve("ballast");
  }

  /** To be called when no node runs any more. */
  @Override
  public void close() throws Exception {
    for (Path folder : List.copyOf(mounted)) {
      Commands.run("umount", "--lazy", folder.toString());
      mounted.remove(folder);
    }
  }
}
