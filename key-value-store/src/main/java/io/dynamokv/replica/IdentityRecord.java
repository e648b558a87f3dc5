package io.dynamokv.replica;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dynamokv.storage.Durability;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What the data folder remembers of the node, in the meta record {@value #NAME}. Immutable.
 *
 * <p>On disk, big-endian: version (1 byte, {@value #VERSION}), node id (8), incarnation (4), the
 * first counter that is not reserved (8), the run's durability (1), whether it was closed cleanly
 * (1), length (2) and UTF-8 bytes of the run's boot id, CRC-32 of all that (4).
 *
 * @param reservedBelow counters below it may have been handed out; those from it on were not
 * @param durability of the last run, which may still be going on
 * @param closed whether that run was closed cleanly
 */
record IdentityRecord(
    long nodeId,
    int incarnation,
    long reservedBelow,
    Durability durability,
    boolean closed,
    String bootId) {
  static final String NAME = "identity";

  private static final byte VERSION = 1;
  private static final int LONGEST_BOOT_ID = 128;
  private static final int FIXED_BYTES = 1 + 8 + 4 + 8 + 1 + 1 + 2 + 4;

  IdentityRecord {
    if (bootId.length() > LONGEST_BOOT_ID) {
      throw new IllegalArgumentException("a boot id has at most 128 characters: " + bootId);
    }
  }

  /** A node that has not run yet, and so has lost nothing. */
  static IdentityRecord first(long nodeId) {
    return new IdentityRecord(nodeId, 1, 1, Durability.NONE, true, Identity.UNKNOWN_BOOT);
  }

  /** The run after this one: its first block of counters is reserved. */
  IdentityRecord nextRun(Durability nextDurability, String nextBootId, long block) {
    int nextIncarnation = remembersEverything(nextBootId) ? incarnation : incarnation + 1;
    if (nextIncarnation < 0) {
      throw new StorageException("node " + Long.toHexString(nodeId) + " is out of incarnations");
    }
    return new IdentityRecord(
        nodeId, nextIncarnation, reservedBelow + block, nextDurability, false, nextBootId);
  }

  /** The same run with another block of counters. */
  IdentityRecord reserving(long block) {
    return new IdentityRecord(
        nodeId, incarnation, reservedBelow + block, durability, closed, bootId);
  }

  /** The same run after a clean close. */
  IdentityRecord asClosed() {
    return new IdentityRecord(nodeId, incarnation, reservedBelow, durability, true, bootId);
  }

  private boolean remembersEverything(String nextBootId) {
    return closed
        || switch (durability) {
          case SYNC -> true;
          case WRITE -> !bootId.equals(Identity.UNKNOWN_BOOT) && bootId.equals(nextBootId);
          case NONE -> false;
        };
  }

  static @Nullable IdentityRecord read(Storage storage) {
    byte[] bytes = storage.readMeta(NAME);
    return bytes == null ? null : decode(bytes);
  }

  void write(Storage storage) {
    storage.writeMeta(NAME, encode());
  }

  byte[] encode() {
    byte[] boot = bootId.getBytes(UTF_8);
    ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + boot.length);
    out.put(VERSION).putLong(nodeId).putInt(incarnation).putLong(reservedBelow);
    out.put((byte) durability.ordinal()).put((byte) (closed ? 1 : 0));
    out.putShort((short) boot.length).put(boot);
    return out.putInt(crc(out.array(), out.position())).array();
  }

  static IdentityRecord decode(byte[] bytes) {
    if (bytes.length > 0 && bytes[0] > VERSION) {
      throw new StorageException(
          "the node's identity has format %d, written by a newer version; this version reads %d"
              .formatted(bytes[0], VERSION));
    }
    int length = bytes.length - Integer.BYTES;
    if (bytes.length < FIXED_BYTES || crc(bytes, length) != ByteBuffer.wrap(bytes).getInt(length)) {
      throw corrupt(null);
    }
    try {
      return fields(ByteBuffer.wrap(bytes, 1, length - 1));
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw corrupt(e);
    }
  }

  private static IdentityRecord fields(ByteBuffer in) {
    long nodeId = in.getLong();
    int incarnation = in.getInt();
    long reservedBelow = in.getLong();
    Durability durability = Durability.values()[in.get()];
    boolean closed = in.get() == 1;
    byte[] boot = new byte[in.getShort()];
    in.get(boot);
    return new IdentityRecord(
        nodeId, incarnation, reservedBelow, durability, closed, new String(boot, UTF_8));
  }

  private static int crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static StorageException corrupt(@Nullable Throwable cause) {
    String message = "the node's identity in its data folder is corrupt";
    return cause == null ? new StorageException(message) : new StorageException(message, cause);
  }
}
