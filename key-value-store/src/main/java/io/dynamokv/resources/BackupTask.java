package io.dynamokv.resources;

import io.dynamokv.node.KeyValueService;
import io.dynamokv.storage.StorageException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * {@code POST /tasks/backup?folder=/whole/path} on the admin port: copies what this node holds, at
 * this moment, to a folder of its own on the node's machine, while the node goes on. Thread-safe;
 * keeps its caller waiting.
 */
public final class BackupTask implements AdminTask {
  private final KeyValueService service;

  public BackupTask(KeyValueService service) {
    this.service = service;
  }

  @Override
  public String name() {
    return "backup";
  }

  @Override
  public Answer carryOut(Map<String, List<String>> parameters) {
    String folder = AdminTask.one(parameters, "folder");
    if (folder == null) {
      return Answer.wanted("one parameter, folder=/whole/path, a folder that is not there yet");
    }
    try {
      service.backUp(Path.of(folder));
      return Answer.done("done: " + folder);
    } catch (StorageException | InvalidPathException e) {
      return Answer.refused(String.valueOf(e.getMessage()));
    }
  }
}
