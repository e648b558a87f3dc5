package io.dynamokv.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dynamokv.ring.MemberId;
import io.dynamokv.ring.Ring;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Whose data a folder holds, and by which ring it was placed there. Both are written into the
 * folder when it is first used and compared at every later start. Stateless.
 *
 * <p>A folder that was copied to another member would give two nodes one identity. Where the
 * members are configured, nobody hands data over when they change, and keys would be looked for
 * where they are not. Both are refused.
 */
public final class DataOwnership {
  private static final String MEMBER_RECORD = "member";
  private static final String RING_RECORD = "ring";
  private static final String CHANGING = "that changes";

  private DataOwnership() {}

  /**
   * Claims a folder for a member.
   *
   * @throws StorageException if it is another member's
   */
  public static void claim(Storage storage, MemberId member) {
    String owner = read(storage, MEMBER_RECORD, member.value());
    if (!owner.equals(member.value())) {
      throw new StorageException(
          ("the data folder is that of member %s, and this node is %s: a copied folder would give two"
                  + " nodes one identity")
              .formatted(owner, member));
    }
    write(storage, MEMBER_RECORD, member.value());
  }

  /**
   * Claims a folder for a ring that never changes.
   *
   * @throws StorageException if it holds keys that another ring has placed
   */
  public static void claim(Storage storage, Ring ring) {
    String fingerprint = Long.toHexString(ring.fingerprint());
    String placedBy = read(storage, RING_RECORD, fingerprint);
    if (!placedBy.equals(fingerprint) && storage.approximateCount() > 0) {
      throw new StorageException(
          ("the data was placed by the ring %s, and the configured members make the ring %s: members,"
                  + " racks and replicas can not be changed while there is data")
              .formatted(placedBy, fingerprint));
    }
    write(storage, RING_RECORD, fingerprint);
  }

  /**
   * Claims a folder for rings that change; one that never does can not have it back with its data.
   */
  public static void claimForChangingRings(Storage storage) {
    write(storage, RING_RECORD, CHANGING);
  }

  /** The member whose data a folder holds, or null if nobody has claimed it. */
  public static @Nullable MemberId ownerOf(Storage storage) {
    String owner = read(storage, MEMBER_RECORD, "");
    return owner.isEmpty() ? null : new MemberId(owner);
  }

  private static String read(Storage storage, String record, String absent) {
    byte[] bytes = storage.readMeta(record);
    return bytes == null ? absent : new String(bytes, UTF_8);
  }

  private static void write(Storage storage, String record, String value) {
    byte[] bytes = value.getBytes(UTF_8);
    if (!Arrays.equals(bytes, storage.readMeta(record))) {
      storage.writeMeta(record, bytes);
    }
  }
}
