package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * Puts backups into data folders that hold nothing. A folder into which a backup has been copied is
 * not the node's yet: whoever restores has something to change in it first. Until then a file
 * {@value #MARK} stands in it, with which no node starts, and from which another attempt begins
 * anew. Stateless.
 */
public final class JeRestoring {
  private static final String MARK = "restoring";

  private JeRestoring() {}

  /**
   * Restores a backup.
   *
   * @param settings the folder, and how it is opened
   * @param finish changes what has to be changed before a node may use it
   * @return what that returns
   * @throws StorageException if the backup is damaged or incomplete, there is too little room, or
   *     the folder is in use or not empty, or if {@code finish} does; the folder holds nothing then
   */
  public static <T> T restore(Path backup, JeSettings settings, Function<Storage, T> finish) {
    Path folder = settings.folder();
    FolderLock lock = FolderLock.acquire(folder);
    try {
      requireEmpty(folder);
      List<BackupList.Entry> entries = BackupList.read(backup).entries();
      requireRoom(entries, folder, settings.minFreeDiskBytes());
      begin(folder);
      for (BackupList.Entry entry : entries) {
        copy(backup.resolve(entry.name()), folder.resolve(entry.name()), entry);
      }
      T result;
      try (Storage storage = JeStorage.openRestored(settings, lock)) {
        result = finish.apply(storage);
        end(folder);
      }
      return result;
    } catch (IOException | RuntimeException e) {
      clear(folder, e);
      throw e instanceof StorageException known ? known : JeBackup.failed("restoring " + backup, e);
    } finally {
      close(lock);
    }
  }

  /**
   * @throws StorageException if a restore has begun in a folder and has not come to its end
   */
  static void requireNone(Path folder) {
    if (isUnderWay(folder)) {
      throw new StorageException(
          "a restore into the data folder %s was cut off: restore again, or remove the folder"
              .formatted(folder));
    }
  }

  private static boolean isUnderWay(Path folder) {
    return Files.exists(folder.resolve(MARK));
  }

  private static void requireEmpty(Path folder) throws IOException {
    if (!isUnderWay(folder) && !LogFiles.in(folder).isEmpty()) {
      throw StorageException.refusal(
          folder + " holds data already; a backup is restored into an empty folder only");
    }
  }

  private static void requireRoom(List<BackupList.Entry> entries, Path folder, long keepFreeBytes)
      throws IOException {
    long needed = keepFreeBytes + entries.stream().mapToLong(BackupList.Entry::bytes).sum();
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < needed) {
      throw StorageException.refusal(
          "the disk of %s has %d bytes free; the data, and what must stay free, need %d"
              .formatted(folder, free, needed));
    }
  }

  private static void begin(Path folder) throws IOException {
    Files.writeString(
        folder.resolve(MARK), "a backup is being restored here; no node can start yet\n", UTF_8);
    LogFiles.force(folder);
    deleteLog(folder);
  }

  private static void deleteLog(Path folder) throws IOException {
    CleanEnd.forget(folder);
    for (Path file : LogFiles.in(folder)) {
      Files.delete(file);
    }
  }

  private static void end(Path folder) {
    try {
      Files.delete(folder.resolve(MARK));
      LogFiles.force(folder);
    } catch (IOException e) {
      throw JeBackup.failed("the end of restoring to " + folder, e);
    }
  }

  /** What was copied before something went wrong is of no use. */
  private static void clear(Path folder, Exception because) {
    if (!isUnderWay(folder)) {
      return;
    }
    try {
      deleteLog(folder);
      Files.delete(folder.resolve(MARK));
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private static void copy(Path from, Path to, BackupList.Entry expected) throws IOException {
    BackupList.Entry copied = JeBackup.copy(from, to);
    if (!copied.equals(expected)) {
      throw new StorageException(
          "%s is damaged: it has %d bytes and the checksum %x, not %d and %x"
              .formatted(from, copied.bytes(), copied.crc(), expected.bytes(), expected.crc()));
    }
  }

  private static void close(FolderLock lock) {
    try {
      lock.close();
    } catch (IOException e) {
      throw JeBackup.failed("letting go of a data folder", e);
    }
  }
}
