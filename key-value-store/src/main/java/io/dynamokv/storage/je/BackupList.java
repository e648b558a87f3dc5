package io.dynamokv.storage.je;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dynamokv.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file {@value #FILE} of a backup: when it was taken, and what it consists of. Immutable.
 *
 * @param taken in ISO 8601
 */
record BackupList(String taken, List<Entry> entries) {
  static final String FILE = "backup.txt";

  private static final String FIRST_LINE = "dynamo-kv backup, format 1";
  private static final Pattern TAKEN = Pattern.compile("taken ([0-9TZ:.+-]+)");
  private static final Pattern ENTRY =
      Pattern.compile("file ([0-9a-f]{8}\\.jdb) ([0-9]{1,18}) ([0-9a-f]{1,16})");

  /**
   * A file of the backup.
   *
   * @param crc CRC-32C of its bytes
   */
  record Entry(String name, long bytes, long crc) {}

  BackupList {
    entries = List.copyOf(entries);
  }

  void write(Path folder) throws IOException {
    StringBuilder text = new StringBuilder(FIRST_LINE + "\ntaken " + taken + "\n");
    for (Entry entry : entries) {
      text.append("file %s %d %x\n".formatted(entry.name, entry.bytes, entry.crc));
    }
    Files.writeString(folder.resolve(FILE), text);
  }

  /**
   * @throws StorageException if the folder holds no complete backup
   */
  static BackupList read(Path folder) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(folder.resolve(FILE), UTF_8);
    } catch (NoSuchFileException e) {
      throw new StorageException(
          "%s is no complete backup: it has no %s".formatted(folder, FILE), e);
    }
    Matcher taken = TAKEN.matcher(lines.size() > 1 ? lines.get(1) : "");
    if (!taken.matches() || !lines.get(0).equals(FIRST_LINE)) {
      throw unreadable(folder);
    }
    List<Entry> entries = new ArrayList<>();
    for (String line : lines.subList(2, lines.size())) {
      Matcher entry = ENTRY.matcher(line);
      if (!entry.matches()) {
        throw unreadable(folder);
      }
      entries.add(
          new Entry(
              entry.group(1), Long.parseLong(entry.group(2)), Long.parseLong(entry.group(3), 16)));
    }
    return new BackupList(taken.group(1), entries);
  }

  private static StorageException unreadable(Path folder) {
    return new StorageException(
        "%s is not one that this version reads".formatted(folder.resolve(FILE)));
  }
}
