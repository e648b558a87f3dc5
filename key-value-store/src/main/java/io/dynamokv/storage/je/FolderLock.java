package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Makes a data folder one process's own, for as long as it is held, and leaves that process's id in
 * the file {@value #FILE} for the message that the next one gets. Not thread-safe.
 *
 * <p>JE locks its environment too, but lets a second opener in the same process share it.
 */
final class FolderLock implements AutoCloseable {
  static final String FILE = "lock";
  private static final int LONGEST_PID = 20;

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Creates the folder if there is none, and locks it.
   *
   * @throws StorageException if it is no folder, can not be written, or belongs to somebody else
   */
  static FolderLock acquire(Path folder) {
    create(folder);
    FileChannel channel = open(folder);
    try {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw inUse(folder, null);
      }
      leavePid(channel);
      return new FolderLock(channel);
    } catch (IOException | RuntimeException e) {
      close(channel, e);
      throw e instanceof StorageException known ? known : unusable(folder, e);
    }
  }

  /** The complaint that a folder is taken, with the holder's id if it left one. */
  static StorageException inUse(Path folder, @Nullable Throwable cause) {
    String message = "data folder %s is in use by another process%s".formatted(folder, pid(folder));
    return cause == null ? new StorageException(message) : new StorageException(message, cause);
  }

  /** Lets go. A second call does nothing. */
  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static void create(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new StorageException("data folder %s is not a folder".formatted(folder));
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new StorageException(
          "data folder %s can not be created: %s".formatted(folder, reason(e)), e);
    }
  }

  private static FileChannel open(Path folder) {
    try {
      return FileChannel.open(
          folder.resolve(FILE),
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw unusable(folder, e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static void leavePid(FileChannel channel) throws IOException {
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(US_ASCII)));
  }

  private static String pid(Path folder) {
    try (FileChannel channel = FileChannel.open(folder.resolve(FILE), StandardOpenOption.READ)) {
      ByteBuffer text = ByteBuffer.allocate(LONGEST_PID);
      channel.read(text, 0);
      String pid = new String(text.array(), 0, text.position(), US_ASCII);
      return pid.matches("[0-9]+") ? " (pid " + pid + ")" : "";
    } catch (IOException e) {
      // The id is a courtesy; that the folder is taken is what matters.
      return "";
    }
  }

  private static StorageException unusable(Path folder, Exception e) {
    return new StorageException(
        "data folder %s can not be written to: %s".formatted(folder, reason(e)), e);
  }

  private static String reason(Exception e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  private static void close(FileChannel channel, Exception because) {
    try {
      channel.close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }
}
