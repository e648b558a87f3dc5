package io.dynamokv.storage.je;

import com.sleepycat.je.DatabaseEntry;
import io.dynamokv.ring.Key;
import io.dynamokv.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A key on disk: its position in 8 bytes, big-endian, and then its own bytes. JE orders keys by
 * their unsigned bytes, which is then the order of {@link Key}.
 */
final class JeKeys {
  private JeKeys() {}

  static byte[] encode(Key key) {
    byte[] bytes = key.bytes();
    return ByteBuffer.allocate(Long.BYTES + bytes.length)
        .putLong(key.position())
        .put(bytes)
        .array();
  }

  /**
   * @throws StorageException if the entry is not what {@link #encode} writes
   */
  static Key decode(DatabaseEntry entry) {
    byte[] bytes = entry.getData();
    if (bytes.length > Long.BYTES) {
      Key key = Key.of(Arrays.copyOfRange(bytes, Long.BYTES, bytes.length));
      if (key.position() == position(entry)) {
        return key;
      }
    }
    throw new StorageException("a key is corrupt, or was written with other positions");
  }

  /** The position that an entry of at least 8 bytes begins with. */
  static long position(DatabaseEntry entry) {
    return ByteBuffer.wrap(entry.getData()).getLong();
  }

  /** The smallest entry at a position. */
  static DatabaseEntry first(long position) {
    return new DatabaseEntry(ByteBuffer.allocate(Long.BYTES).putLong(position).array());
  }
}
