package io.dynamokv.node;

import io.dynamokv.membership.ClusterFacts;
import io.dynamokv.membership.Roster;
import io.dynamokv.membership.RosterCodec;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;

/** What a node knew of the members and the ring when it last ran, in its data folder. Stateless. */
public final class KnownRoster {
  private static final String RECORD = "roster";

  private KnownRoster() {}

  /**
   * Reads it; an empty one, if the folder is new.
   *
   * @throws StorageException if it can not be read, or is of another cluster
   */
  public static Roster read(Storage storage, ClusterFacts facts) {
    byte[] bytes = storage.readMeta(RECORD);
    if (bytes == null) {
      return Roster.empty(facts);
    }
    Roster roster;
    try {
      roster = RosterCodec.decode(bytes);
    } catch (IllegalArgumentException e) {
      throw new StorageException("the data folder's roster of members is corrupt", e);
    }
    if (!roster.facts().equals(facts)) {
      throw new StorageException(
          "the data folder is of the cluster %s, and this node is configured for %s: name, partitions and replicas can not be changed"
              .formatted(roster.facts(), facts));
    }
    return roster;
  }

  /** Keeps it for the next start. */
  public static void write(Storage storage, byte[] roster) {
    storage.writeMeta(RECORD, roster);
  }
}
