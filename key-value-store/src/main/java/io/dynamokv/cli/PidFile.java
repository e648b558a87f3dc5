package io.dynamokv.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells other programs which process serves a data folder. Not thread-safe. */
public final class PidFile {
  private final Path file;

  public PidFile(Path file) {
    this.file = file;
  }

  /** Writes this process's id, in place of whatever a process that crashed has left. */
  public void write() throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, ProcessHandle.current().pid() + "\n");
  }

  /** Removes the file; a second call does nothing. */
  public void remove() throws IOException {
    Files.deleteIfExists(file);
  }
}
