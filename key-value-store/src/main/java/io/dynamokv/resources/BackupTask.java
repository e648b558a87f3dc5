package io.dynamokv.resources;

import io.dropwizard.servlets.tasks.Task;
import io.dynamokv.node.KeyValueService;
import io.dynamokv.storage.StorageException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * {@code POST /tasks/backup?folder=/whole/path} on the admin port: copies what this node holds, at
 * this moment, to a folder of its own on the node's machine, while the node goes on. Thread-safe;
 * keeps its caller waiting.
 */
public final class BackupTask extends Task {
  private final KeyValueService service;

  public BackupTask(KeyValueService service) {
    super("backup", "text/plain");
    this.service = service;
  }

  @Override
  public void execute(Map<String, List<String>> parameters, PrintWriter output) {
    List<String> folders = parameters.getOrDefault("folder", List.of());
    if (folders.size() != 1) {
      output.println("refused: say where to, with one parameter folder=/whole/path");
      return;
    }
    try {
      service.backUp(Path.of(folders.get(0)));
      output.println("done: " + folders.get(0));
    } catch (StorageException | InvalidPathException e) {
      output.println("refused: " + e.getMessage());
    }
  }
}
