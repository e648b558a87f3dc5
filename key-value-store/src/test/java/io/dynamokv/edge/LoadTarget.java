package io.dynamokv.edge;

import java.nio.file.Path;
import java.util.concurrent.Executors;

/** Serves a node in memory until it is killed, for measurements of the edge alone. */
public final class LoadTarget {
  private LoadTarget() {}

  public static void main(String[] args) throws Exception {
    BootedNode node = BootedNode.boot(Path.of(args[0]), BootedNode.members(1), 0);
    if (args.length > 1 && args[1].equals("threaded")) {
      node.service.answering = Executors.newSingleThreadExecutor();
    }
    System.out.println("PORT " + node.self.httpPort());
  }
}
