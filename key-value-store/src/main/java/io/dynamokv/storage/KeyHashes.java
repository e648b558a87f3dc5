package io.dynamokv.storage;

import io.dynamokv.ring.Key;
import java.util.List;

/**
 * Some keys that follow each other, with the hashes of their states. Immutable.
 *
 * @param entries in the order of the ring
 * @param lastPosition up to where these are all keys there are; to be read as unsigned
 */
public record KeyHashes(List<Entry> entries, long lastPosition) {
  public KeyHashes {
    entries = List.copyOf(entries);
  }

  /**
   * One key.
   *
   * @param hash see {@code StateCodec.hash}
   */
  public record Entry(Key key, long hash) {}
}
