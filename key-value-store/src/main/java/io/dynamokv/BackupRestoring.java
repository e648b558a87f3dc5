package io.dynamokv;

import io.dropwizard.util.Duration;
import io.dynamokv.config.StorageConfiguration;
import io.dynamokv.node.DataOwnership;
import io.dynamokv.replica.Identity;
import io.dynamokv.ring.MemberId;
import io.dynamokv.storage.Storage;
import io.dynamokv.storage.StorageException;
import io.dynamokv.storage.je.JeBackup;
import io.dynamokv.storage.je.JeRestoring;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;

/**
 * Puts a backup into a node's data folder. Stateless.
 *
 * <p>The node that starts there is another one to all clocks: the one that was backed up may have
 * written more since, under dots that the backup does not know of. What it holds is merged with
 * what the others hold, like anything that was away; so it replaces nothing that is newer.
 */
final class BackupRestoring {
  private BackupRestoring() {}

  static String restore(DynamoKvConfiguration configuration, Path backup, boolean ofAll) {
    if (configuration.storage().engine() != StorageConfiguration.Engine.JE) {
      throw StorageException.refusal("the engine memory has no data folder to restore to");
    }
    if (!ofAll) {
      requireYoungEnough(JeBackup.taken(backup), configuration.tombstones().minAge());
    }
    MemberId self = configuration.self().toMember().id();
    Instant taken = JeBackup.taken(backup);
    return JeRestoring.restore(
        backup,
        NodeAssembly.jeSettings(configuration),
        storage -> {
          requireOwner(storage, self);
          Identity.renew(storage, new SecureRandom()::nextLong);
          return "%s has %d keys of %s; %s"
              .formatted(
                  self,
                  storage.approximateCount(),
                  taken,
                  ofAll
                      ? "restore the others too, then start them all"
                      : "start it, and what it has missed since is brought to it");
        });
  }

  private static void requireOwner(Storage storage, MemberId self) {
    MemberId owner = DataOwnership.ownerOf(storage);
    if (owner != null && !owner.equals(self)) {
      throw StorageException.refusal(
          "the backup is of %s, and this is the configuration of %s".formatted(owner, self));
    }
  }

  private static void requireYoungEnough(Instant taken, Duration minAge) {
    if (taken.plusMillis(minAge.toMilliseconds() / 2).isBefore(Instant.now())) {
      throw StorageException.refusal(
          "the backup was taken at %s, longer ago than half of tombstones.minAge (%s): keys that were deleted since would come back. Start the node with an empty folder, and the others bring it everything; or restore all nodes (for one after the other with --whole-cluster; ./dynamo-kv restore without --node does that)"
              .formatted(taken, minAge));
    }
  }
}
