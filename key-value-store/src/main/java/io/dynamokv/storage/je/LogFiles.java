package io.dynamokv.storage.je;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** JE's log in a data folder, as files. Stateless. */
final class LogFiles {
  private static final String SUFFIX = ".jdb";

  private LogFiles() {}

  /** The files, oldest first: JE numbers them in hexadecimal digits of one width. */
  static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    }
  }

  /** Forces a file, or which files a folder has, to the disk. */
  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
