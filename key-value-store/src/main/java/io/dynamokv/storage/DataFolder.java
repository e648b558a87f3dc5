package io.dynamokv.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a data folder says of itself, in its meta record {@value #RECORD}: lines of name and value.
 * A folder is claimed once, when it is empty; from then on it can only be opened by who reads the
 * same format with the same engine, for a cluster with the same number of partitions.
 *
 * @param format the number of the layout; a higher one was written by a newer version
 * @param engine what stores the data
 * @param partitions the cluster's number of partitions, fixed for its life
 */
public record DataFolder(int format, String engine, int partitions) {
  /** The layout that this version writes, and the newest that it reads. */
  public static final int FORMAT = 1;

  /** The name of the meta record. */
  public static final String RECORD = "folder";

  /**
   * Claims an empty folder, or makes sure that a claimed one is what is expected.
   *
   * @throws StorageException if it is not, saying how it differs
   */
  public static void claim(Storage storage, String engine, int partitions) {
    DataFolder wanted = new DataFolder(FORMAT, engine, partitions);
    byte[] record = storage.readMeta(RECORD);
    if (record == null) {
      refuseUnclaimedData(storage);
      storage.writeMeta(RECORD, wanted.encode());
    } else {
      wanted.refuseOther(decode(record));
    }
  }

  private static void refuseUnclaimedData(Storage storage) {
    if (storage.approximateCount() > 0) {
      throw new StorageException("the data folder holds data, but does not say in which format");
    }
  }

  private void refuseOther(DataFolder found) {
    if (!found.engine.equals(engine)) {
      throw new StorageException(
          "the data folder was written by the engine '%s', but '%s' is configured"
              .formatted(found.engine, engine));
    }
    if (found.partitions != partitions) {
      throw new StorageException(
          ("the data folder belongs to a cluster of %d partitions, but %d are configured;"
                  + " their number is fixed for a cluster's life")
              .formatted(found.partitions, partitions));
    }
  }

  private byte[] encode() {
    return "format=%d\nengine=%s\npartitions=%d\n"
        .formatted(format, engine, partitions)
        .getBytes(UTF_8);
  }

  private static DataFolder decode(byte[] record) {
    Map<String, String> lines =
        new String(record, UTF_8)
            .lines()
            .map(line -> line.split("=", 2))
            .collect(
                Collectors.toMap(
                    line -> line[0],
                    line -> line.length > 1 ? line[1] : "",
                    (first, last) -> last));
    int format = number(lines, "format");
    if (format > FORMAT) {
      throw new StorageException(
          "the data folder has format %d, written by a newer version; this version reads up to %d"
              .formatted(format, FORMAT));
    }
    return new DataFolder(format, text(lines, "engine"), number(lines, "partitions"));
  }

  private static int number(Map<String, String> lines, String name) {
    String value = text(lines, name);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw unreadable(name, e);
    }
  }

  private static String text(Map<String, String> lines, String name) {
    String value = lines.get(name);
    if (value == null || value.isEmpty()) {
      throw unreadable(name, null);
    }
    return value;
  }

  private static StorageException unreadable(String name, @Nullable Throwable cause) {
    String message =
        "the data folder's record of itself is corrupt: its " + name + " is unreadable";
    return cause == null ? new StorageException(message) : new StorageException(message, cause);
  }
}
