package io.dynamokv.replica;

import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What the data folder remembers of the node, in the meta record {@value #NAME}. Immutable.
 *
 * <p>On disk, big-endian: version (1 byte, {@value #VERSION}), node id (8), incarnation (4), the
 * first counter that is not reserved (8), whether the last run was closed cleanly (1), CRC-32 of
 * all that (4).
 *
 * @param reservedBelow counters below it may have been handed out; those from it on were not
 * @param closed whether the last run, which may still be going on, was closed cleanly
 */
record IdentityRecord(long nodeId, int incarnation, long reservedBelow, boolean closed) {
  static final String NAME = "identity";

  private static final byte VERSION = 2;
  private static final int BYTES = 1 + 8 + 4 + 8 + 1 + 4;

  /** A node that has not run yet, and so has lost nothing. */
  static IdentityRecord first(long nodeId) {
    return new IdentityRecord(nodeId, 1, 1, true);
  }

  /** The run after this one: its first block of counters is reserved. */
  IdentityRecord nextRun(long block) {
    IdentityRecord next = closed ? this : nextIncarnation();
    return new IdentityRecord(nodeId, next.incarnation, reservedBelow + block, false);
  }

  /** The same run in another incarnation. */
  IdentityRecord nextIncarnation() {
    if (incarnation == Integer.MAX_VALUE) {
      throw new StorageException("node " + Long.toHexString(nodeId) + " is out of incarnations");
    }
    return new IdentityRecord(nodeId, incarnation + 1, reservedBelow, closed);
  }

  /** The same run with another block of counters. */
  IdentityRecord reserving(long block) {
    return new IdentityRecord(nodeId, incarnation, reservedBelow + block, closed);
  }

  /** The same run after a clean close. */
  IdentityRecord asClosed() {
    return new IdentityRecord(nodeId, incarnation, reservedBelow, true);
  }

  static @Nullable IdentityRecord read(Storage storage) {
    byte[] bytes = storage.readMeta(NAME);
    return bytes == null ? null : decode(bytes);
  }

  void write(Storage storage) {
    storage.writeMeta(NAME, encode());
  }

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES);
    out.put(VERSION).putLong(nodeId).putInt(incarnation).putLong(reservedBelow);
    out.put((byte) (closed ? 1 : 0));
    return out.putInt(crc(out.array(), out.position())).array();
  }

  static IdentityRecord decode(byte[] bytes) {
    if (bytes.length > 0 && bytes[0] != VERSION) {
      throw new StorageException(
          "the node's identity has format %d, written by %s version, or is corrupt; this version reads %d"
              .formatted(bytes[0], bytes[0] > VERSION ? "a newer" : "an older", VERSION));
    }
    int length = BYTES - Integer.BYTES;
    if (bytes.length != BYTES || crc(bytes, length) != ByteBuffer.wrap(bytes).getInt(length)) {
      throw new StorageException("the node's identity in its data folder is corrupt");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 1, length - 1);
    return new IdentityRecord(in.getLong(), in.getInt(), in.getLong(), in.get() == 1);
  }

  private static int crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
