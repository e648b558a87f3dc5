package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * What a data folder's log ended with when it was closed: the newest file's name, length and
 * checksum, in the file {@value #FILE}. JE takes most damage near the end of its log for what a
 * crash has left there, and cuts off all that follows; after a clean end there is no such thing.
 * Stateless. The file is gone while the folder is in use.
 */
final class CleanEnd {
  private static final String FILE = "clean-end";

  private CleanEnd() {}

  /** To be called when the folder has been closed and is still locked. */
  static void write(Path folder) throws IOException {
    List<Path> log = LogFiles.in(folder);
    if (!log.isEmpty()) {
      Path unfinished = folder.resolve(FILE + ".new");
      Files.writeString(unfinished, describeNewest(log), UTF_8);
      LogFiles.force(unfinished);
      Files.move(unfinished, folder.resolve(FILE));
      LogFiles.force(folder);
    }
  }

  /**
   * To be called before the folder is opened, while it is locked.
   *
   * @throws StorageException if the log does not end as it did when it was closed
   */
  static void check(Path folder) throws IOException {
    String expected;
    try {
      expected = Files.readString(folder.resolve(FILE), UTF_8);
    } catch (NoSuchFileException e) {
      return; // New, or it ended by a crash.
    }
    List<Path> log = LogFiles.in(folder);
    String found = log.isEmpty() ? "no log file" : describeNewest(log);
    if (!found.equals(expected)) {
      throw JeFailure.rotten(
          folder, "its log ends with %s, and did with %s".formatted(found, expected));
    }
    Files.delete(folder.resolve(FILE));
    LogFiles.force(folder);
  }

  /** What is restored into the folder ends otherwise. */
  static void forget(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(FILE));
  }

  private static String describeNewest(List<Path> log) throws IOException {
    Path file = log.get(log.size() - 1);
    CRC32C crc = new CRC32C();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(file), crc)) {
      long bytes = in.transferTo(OutputStream.nullOutputStream());
      return "%s of %d bytes, checksum %x".formatted(file.getFileName(), bytes, crc.getValue());
    }
  }
}
