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

  private static final int SIZE_MIB = 640;

  /** A little more, and less, than what a node wants to stay free. */
  private static final long ENOUGH_BYTES = 264L << 20;

  /** The node goes on writing while its disk is filled. */
  private static final long A_REST_BYTES = 4L << 20;

  private static final long LITTLE_BYTES = 64L << 20;

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

  /**
   * Leaves a little, or nothing. What a node wants to stay free goes at once, so that its writes
   * fail before it has looked how much there is.
   */
  void fill(int node, boolean entirely) throws Exception {
    Path disk = data.resolve("node-" + node);
    allocate(disk, "ballast-1", ENOUGH_BYTES);
    if (entirely) {
      allocate(disk, "ballast-2", A_REST_BYTES);
      exhaust(disk.resolve("ballast-3"));
    } else {
      allocate(disk, "ballast-2", LITTLE_BYTES);
    }
  }

  private static void exhaust(Path file) throws IOException {
    byte[] page = new byte[4096];
    try (OutputStream ballast = Files.newOutputStream(file)) {
      while (true) {
        ballast.write(page);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  private static void allocate(Path disk, String name, long leave) throws Exception {
    long bytes = Files.getFileStore(disk).getUsableSpace() - leave;
    if (bytes > 0) {
      Commands.run("fallocate", "-l", "" + bytes, disk.resolve(name).toString());
    }
  }

  void free(int node) throws IOException {
    Path disk = data.resolve("node-" + node);
    Files.deleteIfExists(disk.resolve("ballast-1"));
    Files.deleteIfExists(disk.resolve("ballast-2"));
    Files.deleteIfExists(disk.resolve("ballast-3"));
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
