package io.dynamokv.storage.je;

import com.sleepycat.je.Environment;
import com.sleepycat.je.util.DbBackup;
import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * Backups of a data folder, taken while it is in use, by JE's own means. A backup is a folder with
 * copies of log files and a list of them; it appears when it is complete. Stateless.
 */
public final class JeBackup {
  private static final String UNFINISHED = ".unfinished-";

  private JeBackup() {}

  /**
   * Copies what the environment holds now; whatever is written meanwhile is in it or not.
   *
   * @param target a folder that does not exist yet
   * @param keepFreeBytes how much of the target's disk must stay free
   */
  static void take(Environment environment, Path source, Path target, long keepFreeBytes) {
    requireAbsent(target);
    try {
      Path unfinished = makeUnfinished(target);
      try {
        copy(environment, source, unfinished, keepFreeBytes);
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        deleteQuietly(unfinished);
      }
    } catch (IOException e) {
      throw failed("the backup to " + target, e);
    }
  }

  /** A folder of this backup's own: another one may be on its way to the same place. */
  private static Path makeUnfinished(Path target) throws IOException {
    Path parent = Files.createDirectories(target.toAbsolutePath().normalize().getParent());
    return Files.createTempDirectory(parent, target.getFileName() + UNFINISHED);
  }

  private static void requireAbsent(Path target) {
    if (!target.isAbsolute()) {
      throw StorageException.refusal("the folder of a backup is given with its whole path");
    }
    if (Files.exists(target)) {
      throw StorageException.refusal(
          target + " exists already; a backup makes a folder of its own");
    }
  }

  private static void copy(Environment environment, Path source, Path target, long keepFreeBytes)
      throws IOException {
    DbBackup backup = new DbBackup(environment);
    Instant taken = Instant.now();
    backup.startBackup();
    try {
      List<BackupList.Entry> entries = new ArrayList<>();
      String[] names = backup.getLogFilesInBackupSet();
      requireRoom(source, names, target, keepFreeBytes);
      for (String name : names) {
        entries.add(copy(source.resolve(name), target.resolve(name)));
      }
      new BackupList(taken.toString(), entries).write(target);
    } finally {
      backup.endBackup();
    }
  }

  private static void requireRoom(Path source, String[] names, Path target, long keepFreeBytes)
      throws IOException {
    long needed = keepFreeBytes;
    for (String name : names) {
      needed += Files.size(source.resolve(name));
    }
    long free = Files.getFileStore(target).getUsableSpace();
    if (free < needed) {
      throw StorageException.refusal(
          "the disk of %s has %d bytes free; the backup, and what must stay free, need %d"
              .formatted(target, free, needed));
    }
  }

  /**
   * When a backup was taken.
   *
   * @throws StorageException if the folder holds no complete backup
   */
  public static Instant taken(Path backup) {
    try {
      return Instant.parse(BackupList.read(backup).taken());
    } catch (IOException | DateTimeParseException e) {
      throw failed("reading when " + backup + " was taken", e);
    }
  }

  static BackupList.Entry copy(Path from, Path to) throws IOException {
    CRC32C crc = new CRC32C();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(from), crc);
        FileChannel channel =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = Channels.newOutputStream(channel)) {
      long bytes = in.transferTo(out);
      channel.force(true);
      return new BackupList.Entry(String.valueOf(to.getFileName()), bytes, crc.getValue());
    }
  }

  static StorageException failed(String what, Exception e) {
    return StorageException.refusal(
        what + " failed: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
  }

  private static void deleteQuietly(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      // Its name tells that it is no backup.
      folder.toFile().deleteOnExit();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
