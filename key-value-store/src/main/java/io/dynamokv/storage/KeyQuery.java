package io.dynamokv.storage;

import io.dynamokv.version.KeyState;
import io.dynamokv.version.MalformedStateException;
import io.dynamokv.version.StateCodec;
import java.util.OptionalLong;

/**
 * Which keys are looked for, in the order of the ring. Immutable.
 *
 * @param firstPosition where to begin; to be read as unsigned
 * @param lastPosition where to end, itself included; to be read as unsigned
 * @param limit about so many keys are looked at; twice as many if they have one position
 * @param deletedBeforeMs if it is there, none but those that were deleted before this time, in
 *     milliseconds since 1970
 */
public record KeyQuery(
    long firstPosition, long lastPosition, int limit, OptionalLong deletedBeforeMs) {
  /** All keys between two positions. */
  public static KeyQuery between(long firstPosition, long lastPosition, int limit) {
    return new KeyQuery(firstPosition, lastPosition, limit, OptionalLong.empty());
  }

  /** None but those of them that were deleted before some time. */
  public KeyQuery deletedBefore(long timeMs) {
    return new KeyQuery(firstPosition, lastPosition, limit, OptionalLong.of(timeMs));
  }

  /** What can not be read is not known to be deleted. */
  boolean wants(byte[] state) {
    if (deletedBeforeMs.isEmpty()) {
      return true;
    }
    try {
      KeyState decoded = StateCodec.decode(state);
      return decoded.isDeleted() && decoded.clock().newestMs() < deletedBeforeMs.getAsLong();
    } catch (MalformedStateException e) {
      return false;
    }
  }
}
